import { Badge, createTheme, Drawer, Modal, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The green of an old bronze bell. Shades 6 and darker carry white text at 4.5:1 or better. */
const verdigris: MantineColorsTuple = [
  '#ecf7f4',
  '#d6ece7',
  '#abd9cf',
  '#7cc5b6',
  '#55b4a2',
  '#3a9f8d',
  '#24806f',
  '#166b5e',
  '#0f564c',
  '#08433b',
];

const gray: MantineColorsTuple = [
  '#f6f8f7',
  '#eef1f0',
  '#e3e8e6',
  '#d3dad7',
  '#bcc5c2',
  '#8a9592',
  '#5c6865',
  '#46514e',
  '#2c3533',
  '#1a211f',
];

const dark: MantineColorsTuple = [
  '#e1e8e6',
  '#bcc7c4',
  '#94a19d',
  '#6d7a76',
  '#3b4744',
  '#2f3937',
  '#222b29',
  '#171e1d',
  '#101615',
  '#0b100f',
];

/** Dialogs and drawers alike. Their close button has only an icon, so it needs a name. */
const dialog = {
  defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
  styles: { title: { fontWeight: 650, fontSize: '1.0625rem' } },
};

export const theme = createTheme({
  colors: { verdigris, gray, dark },
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 600 } }),
    Modal: Modal.extend(dialog),
    Drawer: Drawer.extend(dialog),
  },
});

/**
 * The few colours Mantine has no name for, each scheme with its own, and tints
 * for notices and badges: on a dark page the stock ones are heavier than the
 * text they carry, and the stock error red is too pale to read on a light one.
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#a82020',
    '--mantine-color-red-light-color': '#b02525',
    '--mantine-color-red-outline': '#c92a2a',
    '--mantine-color-orange-light': '#fdf1e3',
    '--mantine-color-orange-light-color': '#9a4b06',
    '--cp-canvas': '#f6f8f7',
    '--cp-line': '#dfe5e3',
    '--cp-bronze': '#a5671d',
    '--cp-code-surface': '#fafbfb',
    '--cp-code-text': '#26302e',
    '--cp-code-comment': '#66736f',
    '--cp-code-string': '#0f6a4b',
    '--cp-code-keyword': '#8a3f7d',
    '--cp-code-number': '#9a4f0c',
    '--cp-code-name': '#1f5f8b',
  },
  dark: {
    '--mantine-color-error': '#ff8787',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#a82020',
    '--mantine-color-red-light': 'rgba(255, 107, 107, 0.14)',
    '--mantine-color-red-light-color': '#ff9b9b',
    '--mantine-color-orange-light': 'rgba(240, 140, 60, 0.14)',
    '--mantine-color-orange-light-color': '#f3b26b',
    '--mantine-color-verdigris-light': 'rgba(58, 159, 141, 0.18)',
    '--mantine-color-verdigris-light-hover': 'rgba(58, 159, 141, 0.28)',
    '--mantine-color-verdigris-light-color': '#8ed3c4',
    '--mantine-color-gray-light': 'rgba(148, 161, 157, 0.16)',
    '--mantine-color-gray-light-color': '#bcc7c4',
    '--cp-canvas': '#101615',
    '--cp-line': '#2b3533',
    '--cp-bronze': '#e0a458',
    '--cp-code-surface': '#121918',
    '--cp-code-text': '#d5dcda',
    '--cp-code-comment': '#84918d',
    '--cp-code-string': '#86cfae',
    '--cp-code-keyword': '#d9a3d0',
    '--cp-code-number': '#e0a458',
    '--cp-code-name': '#8bbfe0',
  },
});
