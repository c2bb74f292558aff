/**
 * Opens GraphiQL in Chromium as a newcomer does and tries what he would: `node scripts/check.ts FOLDER`.
 *
 * CRM_ADDRESS is what `crm demo` printed, `http://…/#token=…`; CHROMIUM names the browser. Screenshots go to FOLDER.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type Page } from 'playwright-core';

const folder = process.argv[2] ?? '.';
const address = new URL(process.env['CRM_ADDRESS'] ?? '');
const token = new URLSearchParams(address.hash.slice(1)).get('token') ?? '';
const ALONE = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const QUIET = ['--disable-component-update', '--disable-sync', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];

let passed = 0;
async function check(sentence: string, work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    throw new Error(`not true: ${sentence}`, { cause: error });
  });
  passed += 1;
  console.log(`  ${sentence}`);
}

/** Everything a well-behaved page has nothing of: errors, refused content, requests to anybody else. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', error => found.push(`exception: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`);
  });
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== address.origin && protocol !== 'data:' && protocol !== 'blob:') found.push(`elsewhere: ${request.url()}`);
    if (request.url().includes(token)) found.push('the token is in an address');
  });
  return found;
}

async function choose(page: Page, example: string): Promise<void> {
  await page.getByLabel('Filter examples').fill(example);
  await page.locator(`[data-example="${example}"]`).click();
}

/** Runs what is in the editors; the text of the answer as the page shows it. */
async function run(page: Page, contains: RegExp): Promise<string> {
  await page.getByRole('button', { name: /Execute query/ }).click();
  const shown = page.locator('.graphiql-response .view-lines');
  await shown.getByText(contains).first().waitFor();
  return (await shown.innerText()).replaceAll('\u00a0', ' ');
}

async function tour(page: Page): Promise<void> {
  const found = complaints(page);
  await page.goto(address.href);

  await check('the page says whose token it is', async () => {
    await page.locator('[data-viewer]').getByText('demo').waitFor();
    assert.match(await page.locator('[data-viewer]').innerText(), /admin · demo$/);
  });
  await check('the token is out of the address and in nothing that outlives the tab', async () => {
    assert.equal(page.url(), `${address.origin}/`);
    const kept = await page.evaluate(() => [...Object.values(localStorage), document.cookie].join());
    assert.equal(kept.includes(token), false);
    assert.equal(await page.evaluate(() => history.length), 2);
    assert.equal((await page.content()).includes(token), false);
  });
  await check('a first query stands ready with its variables', async () => {
    await page.locator('.graphiql-query-editor .view-lines').getByText('query Opportunities').first().waitFor();
    await page.locator('.graphiql-editor-tool .view-lines').getByText('"OPEN"').first().waitFor();
  });
  await check('a query example runs', async () => {
    await choose(page, 'opportunities');
    const text = await run(page, /"nodes"/);
    assert.match(text, /"opportunities"/);
    await page.screenshot({ path: join(folder, 'query.png') });
  });
  await check('a mutation example finds a record by itself and changes nothing', async () => {
    await choose(page, 'opportunityWin');
    await page.locator('.graphiql-editor-tool .view-lines').getByText(/opp_[0-9a-f]{32}/).first().waitFor();
    const text = await run(page, /"outcome"/);
    assert.match(text, /"outcome": "UPDATED"/);
    assert.match(text, /"errors": \[\]/);
    await page.screenshot({ path: join(folder, 'mutation.png') });
  });
  await check('the documentation has the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Mutation', { exact: true }).waitFor();
    await page.screenshot({ path: join(folder, 'docs.png') });
  });
  await check('the explorer has the fields', async () => {
    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.locator('.docExplorerWrap').getByText('opportunities', { exact: true }).first().waitFor();
    await page.screenshot({ path: join(folder, 'explorer.png') });
  });
  await check('after loading it again the token is still there', async () => {
    await page.reload();
    await page.locator('[data-viewer]').getByText('demo').waitFor();
  });
  await check('nothing was refused, failed or asked of anybody else', async () => assert.deepEqual(found, []));

  await check('a token that opens nothing is named so, and another can be given', async () => {
    await page.getByRole('button', { name: 'Other token' }).click();
    await page.getByLabel('Token').fill('crm_pat_nobody');
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByText('This token is not accepted').waitFor();
    await page.screenshot({ path: join(folder, 'token.png') });
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.locator('[data-viewer]').getByText('demo').waitFor();
  });
}

const profile = mkdtempSync(join(tmpdir(), 'crm-ide-'));
const options = { executablePath: process.env['CHROMIUM'] ?? 'chromium', args: [...ALONE, ...QUIET] };
const context = await chromium.launchPersistentContext(profile, { ...options, viewport: { width: 1440, height: 900 } });
try {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await tour(page).catch(async (error: unknown) => {
    await page.screenshot({ path: join(folder, 'failed.png') });
    throw error;
  });
  console.log(`ide: ${passed} checks passed`);
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
