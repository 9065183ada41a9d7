// What the browser suite takes for a text that was left in English (E10).
import { expect, test } from "vitest";
import { untranslated } from "../browser/words.mjs";

const wordsOf = (text, names) => untranslated([text], names).map((each) => each.split(" in ")[0]);

test("a sentence left in English is found by its words, whichever of them are in the list", () => {
  expect(wordsOf("Set the API key of Claude Code")).toEqual(["Set", "the", "key"]);
  expect(wordsOf("打开 the settings")).toEqual(["the", "settings"]);
  expect(wordsOf("Chatting")).toEqual(["Chatting"]);
  expect(wordsOf("minutes/hours")).toEqual(["minutes", "hours"]);
});

test("names of products, code, addresses and units stand in every language", () => {
  expect(wordsOf("把 ANTHROPIC_BASE_URL 设为 http://127.0.0.1:20128，见 /tmp/data、.suffix、req_0001，5 min，IPv4，key.create")).toEqual([]);
});

test("what was named is data, as a whole and not as a part of a word", () => {
  const names = ["work", "a build server", "demo", "echo"];
  expect(wordsOf("密钥 a build server、work：demo/echo", names)).toEqual([]);
  expect(wordsOf("workers build", names)).toEqual(["workers", "build"]);
});
