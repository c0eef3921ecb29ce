import type { Plugin } from 'vite';

/** The names that the library gives its classes. */
const CLASS = /\bm_[0-9a-f]{6,8}\b/g;

/** Fails a build whose styles leave out a component that its code has: `src/theme/mantine.css` lists them by hand. */
export function mantineStyles(): Plugin {
  return {
    name: 'mantine-styles',
    apply: 'build',
    async writeBundle(_options, bundle) {
      const whole = await this.fs.readFile('node_modules/@mantine/core/styles.css', { encoding: 'utf8' });
      const code: string[] = [];
      const styles: string[] = [];
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') code.push(file.code);
        else if (file.fileName.endsWith('.css')) styles.push(String(file.source));
      }
      const styled = new Set(styles.join().match(CLASS));
      const known = new Set(whole.match(CLASS));
      const used = new Set(code.join().match(CLASS));
      const missing = [...used].filter((name) => known.has(name) && !styled.has(name));
      if (missing.length > 0) this.error(`src/theme/mantine.css lacks the styles of ${missing.join(', ')}`);
    },
  };
}
