// The page's copy of server data: what a change does to a question that is under way.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, changed, forgetAll, refresh, useQuery } from "../../src/api/query";

interface Flight { path: string; answer: (data: unknown) => Promise<void> }
let flights: Flight[] = [];
const root = document.createElement("div");

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
/** Until effects, which Preact runs behind the next frame, have run. */
const drawn = (): Promise<void> => new Promise((done) => setTimeout(done, 150));

function Shown(): preact.JSX.Element {
  const { data, loading } = useQuery<{ n: number }>("/api/keys");
  return <p>{data ? `n is ${data.n}${loading ? ", asking" : ""}` : "waiting"}</p>;
}

beforeEach(() => {
  flights = [];
  vi.stubGlobal("fetch", (path: string) => new Promise<Response>((done) => {
    flights.push({ path, answer: async (data) => { done(new Response(JSON.stringify(data))); await drawn(); } });
  }));
});
afterEach(async () => {
  render(null, root);
  await drawn();
  forgetAll();
});

test("what comes while a question is under way is asked again; the older answer is not the last", async () => {
  render(<Shown />, root);
  await drawn();
  changed("/api/keys");
  expect(flights).toHaveLength(1);
  await flights[0]?.answer({ n: 1 });
  expect(root.textContent).toBe("n is 1, asking");
  expect(flights).toHaveLength(2);
  await flights[1]?.answer({ n: 2 });
  expect(root.textContent).toBe("n is 2");
  expect(flights).toHaveLength(2);
});

test("who waits for a renewal waits for an answer that was asked for after the change", async () => {
  let done = false;
  void refresh("/api/keys");
  void refresh("/api/keys").then(() => { done = true; });
  await flights[0]?.answer({ n: 1 });
  expect(done).toBe(false);
  await flights[1]?.answer({ n: 2 });
  expect(done).toBe(true);
});

test("a change between the first drawing and its effect is not missed", async () => {
  ask("/api/keys");
  await flights[0]?.answer({ n: 1 });
  render(<Shown />, root); // drawn from what is there; nobody counts as its user yet
  expect(root.textContent).toBe("n is 1");
  changed("/api/keys");
  await drawn();
  expect(flights).toHaveLength(2);
  await flights[1]?.answer({ n: 2 });
  expect(root.textContent).toBe("n is 2");
  changed("/api/keys");
  await flights[2]?.answer({ n: 3 });
  expect(root.textContent).toBe("n is 3");
});

test("what was asked for ahead of a page does not count as fresh after a change", async () => {
  ask("/api/keys");
  changed("/api/keys");
  await flights[0]?.answer({ n: 1 });
  render(<Shown />, root);
  await drawn();
  expect(flights).toHaveLength(2);
  await flights[1]?.answer({ n: 2 });
  expect(root.textContent).toBe("n is 2");
});

test("the same while its answer is still under way when the page comes", async () => {
  ask("/api/keys");
  changed("/api/keys");
  render(<Shown />, root);
  await drawn();
  await flights[0]?.answer({ n: 1 });
  expect(flights).toHaveLength(2);
  await flights[1]?.answer({ n: 2 });
  expect(root.textContent).toBe("n is 2");
});

test("an answer from before a change is not fresh when the one after it failed", async () => {
  void refresh("/api/keys");
  void refresh("/api/keys");
  await flights[0]?.answer({ n: 1 });
  await flights[1]?.answer(undefined); // no JSON
  render(<Shown />, root);
  await drawn();
  expect(flights).toHaveLength(3);
  await flights[2]?.answer({ n: 3 });
  expect(root.textContent).toBe("n is 3");
});

test("what was asked for ahead is asked once", async () => {
  ask("/api/keys");
  ask("/api/keys");
  render(<Shown />, root);
  await drawn();
  await flights[0]?.answer({ n: 1 });
  await settled();
  expect(flights).toHaveLength(1);
  expect(root.textContent).toBe("n is 1");
});

test("after a sign-out nothing of the old session is shown, also when its answer comes late", async () => {
  void refresh("/api/keys");
  forgetAll();
  await flights[0]?.answer({ n: 1 });
  render(<Shown />, root);
  expect(root.textContent).toBe("waiting");
});
