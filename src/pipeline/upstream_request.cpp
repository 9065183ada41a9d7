#include "upstream_request.hpp"

#include <algorithm>
#include <array>

#include "cost.hpp"
#include "omniroute/codec/loss_report.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/pipeline/hops.hpp"
#include "omniroute/pipeline/provider_call.hpp"
#include "omniroute/pipeline/target_profile.hpp"

namespace omniroute::pipeline {
namespace {

// What a caller's headers may say to a provider of the same format: the protocol's own switches, and how the client
// names itself (mission.md, "vendor identification"). Everything else stays here: keys, cookies, forwarding, hop-by-hop,
// and whose organization or project the caller's own account belongs to.
constexpr std::array<std::string_view, 11> forwarded{"openai-beta", "user-agent",        "x-app",     "originator",
                                                     "session-id",  "session_id",        "thread-id", "version",
                                                     "traceparent", "x-goog-api-client", "tracestate"};
constexpr std::array<std::string_view, 6> forwarded_families{"anthropic-", "x-claude-code-", "x-codex-",
                                                             "x-openai-",  "x-stainless-",   "x-client-request-"};

bool is_forwarded(std::string_view name) {
  const auto begins = [name](std::string_view family) { return http::same_name(name.substr(0, family.size()), family); };
  return std::any_of(forwarded.begin(), forwarded.end(), [name](std::string_view each) { return http::same_name(name, each); }) ||
         std::any_of(forwarded_families.begin(), forwarded_families.end(), begins);
}

/// The caller's headers that go on, one of each name: lists that came as several headers are one list (RFC 9110, 5.3).
void forward(const http::Request& request, std::vector<http::Header>& headers) {
  const std::size_t first = headers.size();
  for (const http::HeaderView& given : request.headers) {
    if (given.value.empty() || !is_forwarded(given.name)) continue;
    const auto found = std::find_if(headers.begin() + static_cast<std::ptrdiff_t>(first), headers.end(),
                                    [&given](const http::Header& header) { return http::same_name(header.name, given.name); });
    if (found == headers.end()) {
      headers.push_back({std::string(given.name), std::string(given.value)});
    } else {
      found->value.append(",").append(given.value);
    }
  }
}

std::chrono::milliseconds shorter(std::chrono::milliseconds a, std::chrono::milliseconds b) {
  if (a.count() == 0) return b;
  if (b.count() == 0) return a;
  return std::min(a, b);
}

std::size_t offset_in(std::string_view whole, std::string_view part) { return static_cast<std::size_t>(part.data() - whole.data()); }

/// A place in the client's body and what stands there instead.
struct Edit {
  std::size_t begin;
  std::size_t length;
  std::string_view text;
};

}  // namespace

Status UpstreamRequest::prepare() {
  const bool same_format = x_.format == target_.format;
  // A stream is asked for as events; a client that wants it as one array gets it written anew.
  pass_through = same_format && target_.provider->quirks.empty() && !x_.envelope.json_array;
  if (Status status = address(); !status) return status;
  credentials();
  const config::Settings& settings = x_.config->settings();
  timeouts.connect = shorter(settings.connect_timeout, connect_within);
  timeouts.first_byte = shorter(settings.first_byte_timeout, content_within);
  timeouts.idle = settings.stream_idle_timeout;
  timeouts.total = total_within;
  if (!x_.envelope.stream) timeouts.total = shorter(timeouts.total, shorter(settings.fetch_timeout, content_within));
  losses_ = x_.lost;
  if (Status written = write_body(); !written) return written;
  if (x_.request.header("x-omniroute-strict") == "true") return codec::nothing_dropped(losses_);
  return {};
}

Status UpstreamRequest::write_body() {
  if (!pass_through) return translate();
  // Without it most chat providers say nothing about usage in a stream; the chunk is kept from a client that did not ask.
  hide_usage = target_.format == domain::Format::openai_chat && x_.envelope.stream && !x_.envelope.include_usage &&
               profile_of(target_).stream_usage && x_.operation == Operation::generate;
  if (asks_too_much()) return translate();
  splice();
  return {};
}

// More output than the model has, of which agents ask often, is refused by most vendors: the request is written anew with what fits.
bool UpstreamRequest::asks_too_much() const {
  const std::optional<std::int64_t> most = most_output(target_);
  return most && x_.operation == Operation::generate && asked_output(x_.request.body) > *most;
}

Status UpstreamRequest::address() {
  std::string text = target_.provider->url_for(target_.model, x_.envelope.stream);
  if (x_.operation == Operation::count_tokens) text = target_.provider->count_url_for(target_.model);
  if (x_.operation == Operation::compact) text += "/compact";
  return aim(outgoing, text, *target_.provider, *target_.account, x_.config->settings());
}

void UpstreamRequest::credentials() {
  std::vector<http::Header>& headers = outgoing.headers;
  headers.reserve(8);
  headers.push_back({"content-type", "application/json"});
  headers.push_back({"accept", x_.envelope.stream ? "text/event-stream" : "application/json"});
  add_credential(headers, *target_.provider, *target_.account);
  if (x_.format == target_.format) forward(x_.request, headers);
  if (target_.provider->is_node) headers.push_back({std::string(hops_header), std::to_string(hops_of(x_.request.header(hops_header)) + 1)});
  add_provider_headers(headers, *target_.provider);
}

std::string UpstreamRequest::with_usage() const {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  json::Document options;
  if (!x_.envelope.stream_options.empty() && options.parse(x_.envelope.stream_options)) {
    for (auto it = options.root().begin(); it != options.root().end(); ++it)
      if (it.key() != "include_usage") writer.key(it.key()).raw((*it).raw());
  }
  writer.key("include_usage").boolean(true).end_object();
  return text;
}

/// What was said to the router is not said to a provider, but to one that is a router itself.
std::string_view UpstreamRequest::without_wishes() {
  json::Document document;
  if (!document.parse(x_.request.body)) return x_.request.body;
  std::string& text = texts_.emplace_back();
  json::Writer writer(text);
  writer.begin_object();
  for (auto it = document.root().begin(); it != document.root().end(); ++it) {
    if (it.key() == "models" || it.key() == "provider") continue;
    writer.key(it.key());
    if (it.key() == "model")
      writer.string(target_.model);
    else if (it.key() == "stream_options" && hide_usage)
      writer.raw(with_usage());
    else
      writer.raw((*it).raw());
  }
  if (hide_usage && x_.envelope.stream_options.empty()) writer.key("stream_options").raw(with_usage());
  writer.end_object();
  return text;
}

void UpstreamRequest::splice() {
  const std::string_view body = x_.request.body;
  std::vector<Edit> edits;
  if (!x_.envelope.model_literal.empty()) {
    std::string& literal = texts_.emplace_back();
    json::append_string(target_.model, literal);
    edits.push_back({offset_in(body, x_.envelope.model_literal), x_.envelope.model_literal.size(), literal});
  }
  const bool wishes = !x_.envelope.models.empty() || !x_.envelope.provider.empty();
  if (wishes && !target_.provider->routing_fields) {
    outgoing.body.push_back(without_wishes());
    return;
  }
  if (hide_usage) {
    const std::string options = with_usage();
    if (x_.envelope.stream_options.empty()) {
      const std::size_t behind_brace = body.find('{') + 1;
      edits.push_back({behind_brace, 0, texts_.emplace_back("\"stream_options\":" + options + ",")});
    } else {
      edits.push_back({offset_in(body, x_.envelope.stream_options), x_.envelope.stream_options.size(), texts_.emplace_back(options)});
    }
  }
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    outgoing.body.push_back(body.substr(at, edit.begin - at));
    outgoing.body.push_back(edit.text);
    at = edit.begin + edit.length;
  }
  outgoing.body.push_back(body.substr(at));
}

Status UpstreamRequest::translate() {
  Result<const ir::ChatRequest*> chat = x_.chat();
  if (!chat) return std::move(chat).error();
  const codec::Target profile = profile_of(target_);
  Result<std::string> body = codec::codec_for(target_.format).encode_request(**chat, profile, losses_);
  if (!body) return std::move(body).error();
  outgoing.body.push_back(texts_.emplace_back(*std::move(body)));
  return {};
}

}  // namespace omniroute::pipeline
