// bench_micro: what the pieces on the request's path cost by themselves. Prints one line each: name, microseconds, best of many.
#include <array>
#include <string>

#include "measure.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/json/document.hpp"

namespace {

/// A conversation of about 100 KB, with the model's name at the end, where a scan has the longest way.
std::string conversation() {
  std::string body = R"({"messages":[)";
  for (int i = 0; i < 14; ++i) {
    std::string text;
    while (text.size() < 7000) text += R"(refactor the parser so that \"quoted\" keys and\n tabs\t survive größe 路由 {brace} )";
    body += (i == 0 ? "" : ",") + std::string(R"({"role":")") + (i % 2 == 0 ? "user" : "assistant") + R"(","content":")" + text + "\"}";
  }
  return body + R"(],"stream":true,"max_tokens":1024,"model":"x/m"})";
}

const std::string kChatEvent =
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{\"index\":0,"
    "\"delta\":{\"content\":\" thirty-two bytes of some content\"},\"finish_reason\":null}]}\n\n";

}  // namespace

int main() {
  using omniroute::codec::codec_for;
  using omniroute::codec::Format;
  const std::string body = conversation();
  std::size_t kept = 0;  // so that nothing measured can be left out

  measure("scan of a 100 KB request for two members", 1, [&] {
    std::array<omniroute::json::Member, 2> wanted{omniroute::json::Member{"model"}, omniroute::json::Member{"stream"}};
    kept += omniroute::json::scan(body, wanted).ok() ? wanted[0].value.size() : 0;
  });
  omniroute::json::Document document;
  measure("parse of a 100 KB request", 1, [&] { kept += document.parse(body).ok() ? document.root().size() : 0; });
  measure("a 100 KB request from OpenAI Chat to Anthropic", 1, [&] {
    auto request = codec_for(Format::openai_chat).decode_request(body);
    omniroute::codec::Target target;
    target.model = "m";
    omniroute::codec::Losses losses;
    kept += request ? codec_for(Format::anthropic).encode_request(*request, target, losses)->size() : 0;
  });

  omniroute::http::SseReader reader;
  omniroute::http::SseEvent event;
  measure("an event of 222 bytes through the reader", 1000, [&] {
    reader.feed(kChatEvent);
    while (reader.next(event)) kept += event.data.size();
  });
  auto decoder = codec_for(Format::openai_chat).make_decoder();
  omniroute::codec::ReplyContext context;
  context.model = "m";
  auto encoder = codec_for(Format::anthropic).make_encoder(context);
  omniroute::ir::Events events;
  std::string out;
  measure("an event read, decoded, and written as Anthropic's", 1000, [&] {
    reader.feed(kChatEvent);
    events.clear();
    out.clear();
    while (reader.next(event)) decoder->decode_event(event, events);
    for (const omniroute::ir::Event& one : events) encoder->encode_event(one, out);
    kept += out.size();
  });
  const bool fast = measure_routing();
  return kept > 0 && fast ? 0 : 1;
}
