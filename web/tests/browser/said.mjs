// What was said: recorded where it is asked for, shown from four sides, compared, found again, deleted.
import { axe, openPage, overflow } from "./browser.mjs";
import { busyGateway } from "./scene.mjs";
import { check, ok, same, until } from "./suite.mjs";

export async function said(world) {
  const { gateway, key, send } = await busyGateway(world);
  await gateway.api("POST", "/api/combos", { name: "my-stack", models: ["lim/m", "oc/m"] });
  const page = await openPage(world.browser, gateway);
  page.expected.push(/status of 404/); // bodies that are not recorded
  const drawer = page.getByRole("dialog", { name: "Request" });
  const idOf = (word) => until(async () => (await gateway.api("GET", `/api/usage/logs?search=${word}`)).logs[0]?.requestId, `a record that says ${word}`);
  const body = () => drawer.locator("pre.said").textContent();
  const show = async (id) => {
    await page.goto(`${gateway.url}/dashboard/requests/${id}?view=said`);
    await drawer.getByRole("tab", { name: "What was said" }).waitFor();
  };

  await check("bodies: where none is recorded the page says why, and one click records those to come", async () => {
    await page.goto(`${gateway.url}/dashboard/requests`);
    await page.locator("tbody tr").first().click();
    await drawer.getByRole("tab", { name: "What was said" }).click();
    await drawer.getByRole("heading", { name: "The bodies of this request are not recorded" }).waitFor();
    same(new URL(page.url()).searchParams.get("view"), "said", "the tab in the address");
    same(await axe(page), [], "axe");
    await drawer.getByRole("button", { name: "Record from now on" }).click();
    await until(async () => (await gateway.api("GET", "/api/settings")).settings.find((row) => row.key === "request_logs").value === true, "the setting");
    await drawer.getByText("Recording is on", { exact: false }).waitFor();
    await page.keyboard.press("Escape");
    ok(await page.getByRole("switch", { name: "Record bodies" }).isChecked(), "the list does not say that bodies are recorded");
  });

  await check("bodies: each side of each try, masked, readable or as it was, and how two differ; a reload shows the same", async () => {
    await gateway.api("POST", "/api/resilience/reset", {}); // the first of the stack is asked, and says 429
    await gateway.api("DELETE", "/api/lockouts");
    await send("my-stack", "remember the zebra, my key is sk-ant-abcdefgh12345678", true);
    await show(await idOf("zebra"));
    await until(async () => (await body().catch(() => "")).includes("remember the zebra"), "what was received");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/said.png` });
    await drawer.getByText("Secrets masked").first().waitFor();
    same(await drawer.getByText(/^Cut:/).count(), 0, "what masks made shorter is no cut");
    ok((await body()).includes("[redacted]") && !(await page.content()).includes("sk-ant-abcdefgh"), "a secret is shown");
    const tabs = await drawer.getByRole("tablist", { name: "Sides of the request" }).getByRole("tab").allTextContents();
    same([tabs[0], tabs[1], tabs.at(-2), tabs.at(-1)], ["As received", "Sent, try 1", `Answered, try ${(tabs.length - 2) / 2}`, "As returned"], "the sides");
    await drawer.getByRole("tab", { name: "As returned" }).click();
    await drawer.getByText(/^Text of \d+ events?$/).waitFor();
    ok(!(await body()).includes("data:"), "the stream is not folded");
    await drawer.getByRole("switch", { name: "As it was" }).check();
    await until(async () => (await body()).startsWith("data:"), "the stream as it was");
    await drawer.getByRole("tab", { name: "Sent, try 1" }).click();
    await drawer.getByText("/chat/completions", { exact: false }).first().waitFor();
    await drawer.getByText(/^\d+ headers$/).click();
    await drawer.getByText("content-type", { exact: false }).first().waitFor();
    await drawer.getByRole("searchbox", { name: "Find in the body" }).fill("zebra");
    await drawer.getByText("1 place", { exact: false }).waitFor();
    same(await drawer.locator("mark").count(), 1, "marked places");
    same(await axe(page), [], "axe of a side");
    await drawer.getByLabel("Compare with").selectOption({ label: "As received" });
    await until(async () => (await drawer.locator("pre.diff ins").allTextContents()).some((line) => line.includes('"model"')), "the model as a difference");
    same(await axe(page), [], "axe of the difference");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/said-diff.png` });
    await page.setViewportSize({ width: 390, height: 844 });
    same(await overflow(page), null, "sideways scroll at 390 px");
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.reload();
    await drawer.getByRole("tab", { name: "As received" }).waitFor();
  });

  await check("bodies: words in them are found; what is cut says so; the list without them is the list", async () => {
    await gateway.api("PATCH", "/api/settings", { request_log_bytes: 1024 });
    await send("oc/m", `a giraffe ${"y".repeat(3000)}`);
    await page.goto(`${gateway.url}/dashboard/requests`);
    await page.getByRole("searchbox", { name: "Search the requests" }).fill("giraffe");
    await until(async () => (await page.locator("tbody tr").count()) === 1, "the one that says it");
    await page.locator("tbody tr").first().click();
    await drawer.getByRole("tab", { name: "What was said" }).click();
    await drawer.getByText(/^Cut: 1 KiB of \d/).waitFor();
    await page.keyboard.press("Escape");
    await send("oc/m", "another giraffe");
    await page.getByRole("button", { name: "1 new" }).click();
    await until(async () => (await page.locator("tbody tr").count()) === 2, "the one that came meanwhile");
    await page.reload();
    await until(async () => (await page.locator("tbody tr").count()) === 2, "the search after a reload");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await until(async () => (await page.locator("tbody tr").count()) > 5, "all again");
  });

  await check("bodies: deleted once asked; a key has them recorded by itself", async () => {
    await show(await idOf("giraffe"));
    await drawer.getByRole("button", { name: "Delete all recorded bodies" }).click();
    await page.getByRole("dialog", { name: "Delete all recorded bodies" }).getByRole("button", { name: "Delete", exact: true }).click();
    await drawer.getByRole("heading", { name: "The bodies of this request are not recorded" }).waitFor();
    await gateway.api("PATCH", "/api/settings", { request_logs: false });
    await page.goto(`${gateway.url}/dashboard/keys`);
    await page.getByRole("button", { name: "Edit laptop" }).click();
    await page.getByLabel("Record bodies", { exact: true }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.locator("tbody tr", { hasText: "laptop" }).getByText("Bodies recorded").waitFor();
    same(await gateway.chat(key, "demo/echo", "an observed word"), 200, "a request with it");
    await show(await idOf("observed"));
    await until(async () => (await body().catch(() => "")).includes("an observed word"), "what was received");
  });
  await page.context().close();
  await gateway.remove();
}
