// What a person does on a page, by what is to be read there.
export function handsOn(page) {
  const within = (region = page) => region;
  return {
    press: (name, region) => within(region).getByRole('button', { name, exact: true }).click(),
    fill: (label, value, region) => within(region).getByLabel(label, { exact: true }).fill(value),
    /** Types, and says that it is done. */
    async enter(label, value, region) {
      await within(region).getByLabel(label, { exact: true }).fill(value);
      await page.keyboard.press('Enter');
    },
    /** Picks from a list that opens. */
    async choose(label, option, region) {
      await within(region).getByRole('combobox', { name: label, exact: true }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    },
    sees: (text, region) => within(region).getByText(text).first().waitFor(),
    seesHeading: (name) => page.getByRole('heading', { name, exact: true }).waitFor(),
    row: (text) => page.getByRole('row').filter({ hasText: text }),
    item: (text) => page.getByRole('listitem').filter({ hasText: text }),
    card: (name) => page.getByRole('article', { name, exact: true }),
    dialog: (name) => page.getByRole('dialog', { name }),
    gone: (locator) => locator.waitFor({ state: 'hidden' }),
  };
}
