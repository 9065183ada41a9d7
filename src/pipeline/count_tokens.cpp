#include "count_tokens.hpp"

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "upstream_request.hpp"

namespace omniroute::pipeline {
namespace {

constexpr std::size_t bytes_a_token = 4;
/// An image of common size costs 1,000 to 1,600 tokens with the vendors that say so.
constexpr std::size_t media_tokens = 1300;
constexpr std::size_t largest_count = 64 * 1024;

struct Sum {
  std::size_t bytes = 0;
  std::size_t media = 0;

  void add(const std::vector<ir::Part>& parts) {
    for (const ir::Part& part : parts) std::visit(*this, part.value);
  }
  void operator()(const ir::Text& text) { bytes += text.text.size(); }
  void operator()(const ir::Media& medium) {
    if (medium.source == ir::Media::Source::text) {
      bytes += medium.data.size();
    } else {
      ++media;
    }
  }
  void operator()(const ir::ToolCall& call) { bytes += call.name.size() + call.arguments.size(); }
  void operator()(const ir::ToolResult& result) {
    bytes += result.raw.size();
    add(result.content);
  }
  void operator()(const ir::Reasoning& reasoning) { bytes += reasoning.text.size(); }
  void operator()(const ir::Refusal& refusal) { bytes += refusal.text.size(); }
  void operator()(const ir::Foreign& foreign) { bytes += foreign.raw.size(); }
};

/// The upstream's own count, whose body goes to the client as it is; an error if it has none to give.
Task<Result<std::string>> ask_upstream(Exchange& x, const routing::Target& target) {
  codec::Losses losses;
  UpstreamRequest request(x, target, losses);
  if (Status prepared = request.prepare(); !prepared) co_return std::move(prepared).error();
  http::CancelHandle cancel;
  x.wait_begins();
  Result<std::unique_ptr<http::Incoming>> sent = co_await x.lane.upstreams.send(request.outgoing, request.timeouts, cancel);
  x.wait_ends();
  if (!sent) co_return std::move(sent).error();
  x.wait_begins();
  Result<std::string> body = co_await (*sent)->read_all(largest_count);
  x.wait_ends();
  if (!body) co_return body;
  json::Document document;
  const int status = (*sent)->status();
  const bool counted =
      document.parse(*body).ok() && !(document.root().find("input_tokens").absent() && document.root().find("totalTokens").absent());
  if (status != 200 || !counted) co_return Error(ErrorKind::upstream_failed, "The provider did not count.");
  co_return body;
}

/// The count in the words of the client's format.
void write_count(domain::Format format, std::int64_t tokens, std::string& body) {
  json::Writer writer(body);
  writer.begin_object();
  if (format == domain::Format::gemini) {
    writer.key("totalTokens");
  } else {
    if (format == domain::Format::openai_responses) writer.key("object").string("response.input_tokens");
    writer.key("input_tokens");
  }
  writer.integer(tokens).end_object();
}

}  // namespace

std::int64_t estimate_tokens(const ir::ChatRequest& request) noexcept {
  Sum sum;
  sum.add(request.system);
  for (const ir::Turn& turn : request.turns) sum.add(turn.parts);
  for (const ir::Tool& tool : request.tools) sum.bytes += tool.name.size() + tool.description.size() + tool.schema.size();
  for (const ir::HostedTool& tool : request.hosted_tools) sum.bytes += tool.raw.size();
  const std::size_t tokens = (sum.bytes + bytes_a_token - 1) / bytes_a_token + sum.media * media_tokens;
  return static_cast<std::int64_t>(std::max<std::size_t>(1, tokens));
}

Task<Status> count_tokens(Exchange& x, http::ReplySink& client) {
  const routing::Target target = x.plan.first();
  x.outcome.target = target;
  std::vector<http::Header> headers = x.reply_headers;
  headers.push_back({"content-type", "application/json"});
  x.outcome.status = 200;
  if (x.format == target.format && !target.provider->count_tokens_url.empty()) {
    ++x.outcome.attempts;
    Result<std::string> counted = co_await ask_upstream(x, target);
    if (counted) co_return co_await client.send(200, headers, *counted);
  }
  Result<const ir::ChatRequest*> chat = x.chat();
  if (!chat) co_return std::move(chat).error();
  if (!(*chat)->previous_response.empty()) {
    Error error(ErrorKind::bad_request, "previous_response_id: there is no such response here, so its tokens cannot be counted.",
                "previous_response_id");
    error.code = "previous_response_not_found";
    co_return error;
  }
  std::string body;
  write_count(x.format, estimate_tokens(**chat), body);
  headers.push_back({"x-omniroute-estimated", "true"});
  co_return co_await client.send(200, headers, body);
}

}  // namespace omniroute::pipeline
