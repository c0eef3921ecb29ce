import { Menu } from '@mantine/core';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { createQueryClient } from '../api/query-client';
import { Providers } from '../providers';
import { Dialog } from './dialog';

/** A list of one, whose dialogs are mounted open and unmounted, as most are. */
function List() {
  const [isAsking, setAsking] = useState(false);
  const [isThere, setThere] = useState(true);
  const remove = () => {
    setAsking(false);
    setThere(false);
  };
  return (
    <main id="content" tabIndex={-1}>
      {isThere && <button onClick={() => setAsking(true)}>Revoke</button>}
      <Menu>
        <Menu.Target>
          <button>More</button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsking(true)}>Rotate</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isAsking && (
        <Dialog opened onClose={() => setAsking(false)} title="Sure?">
          <button onClick={remove}>Yes</button>
        </Dialog>
      )}
    </main>
  );
}

const open = () =>
  render(
    <Providers queryClient={createQueryClient()} env="test">
      <List />
    </Providers>,
  );
const focused = (element: HTMLElement) => waitFor(() => expect(document.activeElement).toBe(element));

it('gives the focus back to what opened it', async () => {
  open();
  await userEvent.click(screen.getByRole('button', { name: 'Revoke' }));
  const dialog = await screen.findByRole('dialog');
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  await userEvent.keyboard('{Escape}');
  await focused(screen.getByRole('button', { name: 'Revoke' }));
});

it('gives the focus to the button of the menu that it was opened from', async () => {
  open();
  await userEvent.click(screen.getByRole('button', { name: 'More' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Rotate' }));
  await screen.findByRole('dialog');
  await userEvent.keyboard('{Escape}');
  await focused(screen.getByRole('button', { name: 'More' }));
});

it('gives the focus to the content if what opened it is gone', async () => {
  open();
  await userEvent.click(screen.getByRole('button', { name: 'Revoke' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Yes' }));
  await focused(screen.getByRole('main'));
});
