// bench_translate: what translating costs beside passing through, in the same run: streams of 200 chunks, and histories of 100 KB
// with 50 tool calls. In the process alone, without sockets: read, decode, encode against read and look.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include "omniroute/codec/codec.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace {

using namespace omniroute;
using Clock = std::chrono::steady_clock;
using codec::Format;

constexpr int chunks = 200;
constexpr int calls = 50;

/// The best of many runs of `work`, in microseconds.
template <class Work>
double best_of(int runs, Work work) {
  double best = 1e9;
  for (int run = 0; run < runs; ++run) {
    const Clock::time_point began = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  return best;
}

ir::Events answer() {
  ir::Events out{ir::Start{"1", "m", 1'800'000'000}};
  out.emplace_back(ir::PartOpen{});
  for (int n = 0; n < chunks; ++n) out.emplace_back(ir::PartDelta{0, " thirty-two bytes of some content"});
  out.emplace_back(ir::PartClose{0});
  ir::Usage usage;
  usage.input = 900;
  usage.output = chunks;
  out.emplace_back(usage);
  out.emplace_back(ir::Finish{});
  out.emplace_back(ir::End{});
  return out;
}

codec::ReplyContext context() {
  codec::ReplyContext out;
  out.model = "m";
  out.fallback_id = "bench";
  out.include_usage = true;
  return out;
}

std::string stream_of(Format format) {
  std::string out;
  const auto encoder = codec::codec_for(format).make_encoder(context());
  for (const ir::Event& event : answer()) encoder->encode_event(event, out);
  return out;
}

// As the relay passes a stream: each event is read, and only those that may carry usage or the end are decoded.
std::size_t pass(Format format, const std::string& stream) {
  const codec::Codec& codec = codec::codec_for(format);
  const auto decoder = codec.make_decoder();
  http::SseReader reader;
  http::SseEvent event;
  ir::Events events;
  reader.feed(stream);
  while (reader.next(event))
    if (codec.notable(event)) decoder->decode_event(event, events);
  return events.size();
}

std::size_t translate(Format from, Format to, const std::string& stream) {
  const auto decoder = codec::codec_for(from).make_decoder();
  const codec::ReplyContext how = context();
  const auto encoder = codec::codec_for(to).make_encoder(how);
  http::SseReader reader;
  http::SseEvent event;
  ir::Events events;
  std::string out;
  reader.feed(stream);
  std::size_t written = 0;
  while (reader.next(event)) {
    events.clear();
    out.clear();
    decoder->decode_event(event, events);
    for (const ir::Event& each : events) encoder->encode_event(each, out);
    written += out.size();
  }
  return written;
}

// A coding agent's history of about 100 KB, in the words of a format.
std::string history(Format format) {
  ir::ChatRequest request;
  request.model = "m";
  request.max_output = 8192;
  ir::Text rules;
  rules.text = std::string(8000, 's');
  request.system.push_back({std::move(rules)});
  const auto say = [&request](ir::Role role, std::string text) {
    ir::Text part;
    part.text = std::move(text);
    request.turns.emplace_back().role = role;
    request.turns.back().parts.push_back({std::move(part)});
  };
  say(ir::Role::user, "Fix the build.\n\"Now\".");
  for (int n = 0; n < calls; ++n) {
    say(ir::Role::assistant, "Let me look at the next file.");
    ir::ToolCall call;
    call.id = "call_" + std::to_string(1'000'000 + n);
    call.name = "tool_1";
    call.arguments = R"({"path":"/src/main.cpp","offset":)" + std::to_string(n) + R"(,"limit":200})";
    ir::ToolResult result;
    result.call_id = call.id;
    ir::Text words;
    for (int line = 0; line < 30; ++line) words.text += "  if (value == \"größe\") return parse(value);\n";
    result.content.push_back({std::move(words)});
    request.turns.back().parts.push_back({std::move(call)});
    request.turns.emplace_back().parts.push_back({std::move(result)});
  }
  for (int n = 0; n < 30; ++n) {
    ir::Tool tool;
    tool.name = "tool_" + std::to_string(n);
    tool.description = std::string(300, 'd');
    tool.schema = R"({"type":"object","properties":{"path":{"type":"string","description":"Where."}},"required":["path"]})";
    request.tools.push_back(std::move(tool));
  }
  codec::Losses losses;
  Result<std::string> body = codec::codec_for(format).encode_request(request, codec::Target{}, losses);
  return body ? *std::move(body) : std::string();
}

struct Pair {
  const char* name;
  Format client, upstream;
};
constexpr std::array pairs{Pair{"Anthropic client, OpenAI upstream", Format::anthropic, Format::openai_chat},
                           Pair{"OpenAI client, Anthropic upstream", Format::openai_chat, Format::anthropic},
                           Pair{"OpenAI client, Gemini upstream", Format::openai_chat, Format::gemini},
                           Pair{"Responses client, OpenAI upstream", Format::openai_responses, Format::openai_chat}};

}  // namespace

int main() {
  std::size_t kept = 0;  // so that nothing measured can be left out
  std::printf("%-36s %12s %12s %12s %12s\n", "us", "event passed", "translated", "100 KB pass", "translated");
  for (const Pair& pair : pairs) {
    const std::string stream = stream_of(pair.upstream);
    const double passed = best_of(300, [&] { kept += pass(pair.upstream, stream); }) / chunks;
    const double translated = best_of(300, [&] { kept += translate(pair.upstream, pair.client, stream); }) / chunks;
    const std::string body = history(pair.client);
    const double scanned = best_of(100, [&] {
      std::array<json::Member, 2> wanted{json::Member{"model"}, json::Member{"stream"}};
      kept += json::scan(body, wanted).ok() ? wanted[0].value.size() : 0;
    });
    const double carried = best_of(100, [&] {
      const Result<ir::ChatRequest> request = codec::codec_for(pair.client).decode_request(body);
      codec::Losses losses;
      codec::Target target;
      target.model = "m";
      const Result<std::string> there = codec::codec_for(pair.upstream).encode_request(*request, target, losses);
      kept += there ? there->size() : 0;
    });
    std::printf("%-36s %12.3f %12.3f %12.1f %12.1f\n", pair.name, passed, translated, scanned, carried);
  }
  return kept == 0 ? 1 : 0;
}
