// Runs translations for the suites. One job a line on stdin, one answer a line on stdout, both JSON:
//   {"what":"stream","from":"anthropic","to":"openai-chat","input":"…","feed":"bytes","cut":120,"splits":[3,9],
//    "model":"…","target":{…},"context":{…},"request":"…","status":429}
//   -> {"ok":true,"output":"…","losses":[…]} or {"ok":false,"error":{"message":…,"param":…}}
// "what":"canonical" with "of":"request|response|stream" answers with the canonical form of the input;
// "splits" and "cuts" try every place at which a stream can be split or cut; "made" with "seed" and "to" is an answer made by
// dice, written as a stream ("fails": it breaks off).
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include "canonical.hpp"
#include "made.hpp"
#include "omniroute/codec/loss_table.hpp"
#include "omniroute/codec/translate.hpp"

namespace {

using nlohmann::json;
using namespace omniroute;

domain::Format format_of(const json& job, const char* key) {
  const auto format = domain::parse_format(job.value(key, "openai-chat"));
  if (!format) throw std::runtime_error("no such format: " + job.value(key, ""));
  return *format;
}

template <class T>
void take(const json& from, const char* key, T& into) {
  if (from.contains(key)) into = from.at(key).get<T>();
}

// Views of a Target point into the job, which outlives it.
void take_target(const json& from, codec::Target& target) {
  if (from.contains("max_output")) target.max_output = from.at("max_output").get<std::int64_t>();
  if (from.contains("efforts")) target.efforts = from.at("efforts").get_ref<const std::string&>();
  take(from, "legacy_max_tokens", target.legacy_max_tokens);
  take(from, "reasoning_content", target.reasoning_content);
  take(from, "stream_usage", target.stream_usage);
  take(from, "developer_role", target.developer_role);
  take(from, "custom_tools", target.custom_tools);
  take(from, "cache_marks", target.cache_marks);
  take(from, "reasoning", target.reasoning);
  take(from, "system_turns", target.system_turns);
  take(from, "prefill", target.prefill);
  take(from, "adaptive_thinking", target.adaptive_thinking);
  take(from, "sampling", target.sampling);
  take(from, "output_format", target.output_format);
  take(from, "json_schema_tools", target.json_schema_tools);
}

codec::Translation translation_of(const json& job, const std::optional<ir::ChatRequest>& request) {
  codec::Translation how;
  how.from = format_of(job, "from");
  how.to = format_of(job, "to");
  if (job.contains("model")) how.target = codec::target_for_model(job.at("model").get_ref<const std::string&>());
  if (job.contains("target")) take_target(job.at("target"), how.target);
  how.status = job.value("status", 0);
  how.context.model = "asked-model";
  how.context.fallback_id = "fallback";
  how.context.created = 1'800'000'000;
  how.context.include_usage = true;
  if (job.contains("context")) {
    take(job.at("context"), "model", how.context.model);
    take(job.at("context"), "fallback_id", how.context.fallback_id);
    take(job.at("context"), "created", how.context.created);
    take(job.at("context"), "include_usage", how.context.include_usage);
    take(job.at("context"), "json_array", how.context.json_array);
  }
  if (request) {
    how.context.request = &*request;
    how.context.output_as_tool = codec::output_as_tool(*request, how.from, how.target);
  }
  return how;
}

std::vector<std::size_t> splits_of(const json& job, std::size_t size) {
  std::vector<std::size_t> splits;
  if (job.value("feed", "") == "bytes")
    for (std::size_t n = 1; n < size; ++n) splits.push_back(n);
  if (job.contains("splits")) splits = job.at("splits").get<std::vector<std::size_t>>();
  splits.push_back(size);
  return splits;
}

// In pieces of their own memory, so that a reader that keeps a view beyond its life is caught by the sanitizer.
std::string stream_in_pieces(const codec::Translation& how, const std::string& input, const std::vector<std::size_t>& splits) {
  codec::StreamTranslation translation(how);
  std::string out;
  std::size_t at = 0;
  for (const std::size_t split : splits) {
    const std::string piece = input.substr(at, split - at);
    translation.feed(piece, out);
    at = split;
  }
  translation.finish(out);
  return out;
}

json refused(const Error& error) {
  return {{"ok", false}, {"error", {{"message", error.message}, {"param", error.param}, {"kind", to_string(error.kind)}}}};
}

json losses_of(const codec::Losses& losses) {
  json out = json::array();
  for (const codec::Loss& loss : losses)
    out.push_back({{"field", loss.field}, {"how", loss.how == codec::Loss::How::dropped ? "dropped" : "nearest"}, {"why", loss.why}});
  return out;
}

ir::Events events_of(const codec::Codec& codec, const std::vector<std::string>& pieces) {
  ir::Events events;
  http::SseReader reader;
  http::SseEvent event;
  const auto decoder = codec.make_decoder();
  for (const std::string& piece : pieces) {
    reader.feed(piece);
    while (reader.next(event)) decoder->decode_event(event, events);
  }
  if (reader.finish(event)) decoder->decode_event(event, events);
  decoder->finish(events);
  return events;
}

// A stream read in two pieces, for every place between them, and in single bytes, gives the same events.
json check_splits(const json& job, const std::string& input) {
  const codec::Codec& codec = codec::codec_for(format_of(job, "from"));
  const auto said = [&codec](const std::vector<std::string>& pieces) { return tests::signature(events_of(codec, pieces), true); };
  const std::string whole = said({input});
  for (std::size_t at = 1; at < input.size(); ++at)
    if (said({input.substr(0, at), input.substr(at)}) != whole) return {{"ok", true}, {"differs", at}};
  std::vector<std::string> bytes;
  for (const char c : input) bytes.emplace_back(1, c);
  return {{"ok", true}, {"differs", said(bytes) == whole ? json() : json("in single bytes")}};
}

// A stream cut off anywhere ends in a failure, unless all but counts and the end's own mark had come.
json check_cuts(const json& job, const std::string& input) {
  const codec::Codec& codec = codec::codec_for(format_of(job, "from"));
  const auto said = [](const ir::Events& events) { return tests::signature(events, false); };
  const auto whole = said(events_of(codec, {input}));
  for (std::size_t at = 0; at < input.size(); ++at) {
    const ir::Events events = events_of(codec, {input.substr(0, at)});
    const bool clean = !events.empty() && std::holds_alternative<ir::End>(events.back());
    if (clean && said(events) != whole) return {{"ok", true}, {"clean", at}};
    if (!clean && (events.empty() || !std::holds_alternative<ir::Failure>(events.back()))) return {{"ok", true}, {"open", at}};
  }
  return {{"ok", true}};
}

json canonical(const json& job, const std::string& input) {
  const codec::Codec& codec = codec::codec_for(format_of(job, "from"));
  const std::string of = job.value("of", "request");
  if (of == "request") {
    const Result<ir::ChatRequest> request = codec.decode_request(input);
    return request ? json{{"ok", true}, {"canonical", tests::canonical(*request)}} : refused(request.error());
  }
  if (of == "response") {
    const Result<ir::Events> events = codec.decode_reply(input);
    return events ? json{{"ok", true}, {"canonical", tests::canonical(*events)}} : refused(events.error());
  }
  if (of == "error") return {{"ok", true}, {"canonical", tests::canonical(codec.decode_error(job.value("status", 0), input))}};
  return {{"ok", true}, {"canonical", tests::canonical(events_of(codec, {input}))}};
}

// A stream made by dice, as the writer of a format writes it.
json made(const json& job) {
  codec::ReplyContext context;
  context.model = "m";
  context.fallback_id = "f";
  context.include_usage = true;
  const std::unique_ptr<codec::EventEncoder> encoder = codec::codec_for(format_of(job, "to")).make_encoder(context);
  ir::Events events = tests::made_answer(job.at("seed").get<unsigned>());
  if (job.value("fails", false)) events.insert(events.end() - 2, ir::Failure{Error(ErrorKind::upstream_failed, "Gone.")});
  std::string out;
  for (const ir::Event& event : events) encoder->encode_event(event, out);
  return {{"ok", true}, {"output", out}};
}

json run(const json& job) {
  if (job.at("what") == "made") return made(job);
  std::string input = job.at("input").get<std::string>();
  if (job.contains("cut")) input.resize(std::min(input.size(), job.at("cut").get<std::size_t>()));
  const std::string word = job.at("what").get<std::string>();
  if (word == "canonical") return canonical(job, input);
  if (word == "splits") return check_splits(job, input);
  if (word == "cuts") return check_cuts(job, input);
  const auto what = codec::parse_what(word);
  if (!what) throw std::runtime_error("no such thing: " + word);
  std::optional<ir::ChatRequest> request;
  if (job.contains("request")) {
    Result<ir::ChatRequest> read = codec::codec_for(format_of(job, "to")).decode_request(job.at("request").get_ref<const std::string&>());
    if (!read) return refused(read.error());
    request = *std::move(read);
  }
  const codec::Translation how = translation_of(job, request);
  if (*what == codec::What::stream && (job.contains("feed") || job.contains("splits")))
    return {{"ok", true}, {"output", stream_in_pieces(how, input, splits_of(job, input.size()))}};
  codec::Losses losses;
  const Result<std::string> output = codec::translate(*what, how, input, losses);
  if (!output) return refused(output.error());
  return {{"ok", true}, {"output", *output}, {"losses", losses_of(losses)}};
}

// What is asked for by a word on the command line: the formats spoken, the table of losses for people, its rows for tests.
bool told(std::string_view word) {
  if (word == "table") {
    std::cout << codec::loss_table_as_markdown();
  } else if (word == "rules") {
    json out = {{"rows", json::array()}, {"unaccounted", codec::unaccounted_fields()}};
    for (const codec::LossRow& row : codec::loss_rows())
      out["rows"].push_back({{"to", domain::to_string(row.target)}, {"how", row.fate}, {"why", row.why}});
    std::cout << out.dump() << '\n';
  } else if (word == "formats") {
    for (const domain::Format format :
         {domain::Format::openai_chat, domain::Format::openai_responses, domain::Format::anthropic, domain::Format::gemini})
      if (codec::speaks(format)) std::cout << domain::to_string(format) << '\n';
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) return told(argv[1]) ? 0 : 2;
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    json answer;
    try {
      answer = run(json::parse(line));
    } catch (const std::exception& problem) {
      answer = {{"ok", false}, {"broken", problem.what()}};
    }
    std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
  }
}
