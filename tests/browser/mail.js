// Without a mail server the platform writes mails to its log, links and all.
import fs from 'node:fs';
import { environment, eventually } from './environment.js';

const COLOURS = /\u001b\[[0-9;]*m/g;

/** Where the newest mail to an address leads: a path of the dashboard with its secret. */
export async function linkMailedTo(email, page) {
  return eventually(() => {
    const lines = fs.readFileSync(environment.log, 'utf8').replace(COLOURS, '').split('\n');
    const mail = lines.findLast((line) => line.includes(`recipient=${email}`) && line.includes(`/dashboard/${page}#`));
    return mail && /\/dashboard\/[a-z-]+#[0-9a-f]+/.exec(mail)[0];
  });
}
