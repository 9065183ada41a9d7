#include "probe.hpp"

#include <algorithm>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/pipeline/provider_call.hpp"
#include "omniroute/pipeline/target_profile.hpp"

namespace omniroute::api {
namespace {

using domain::Format;

constexpr std::chrono::milliseconds longest_wait{20'000};
constexpr std::chrono::milliseconds longest_probe{30'000};
constexpr std::size_t largest_answer = 8u << 20;
constexpr std::size_t longest_words = 300;
/// Least output of a test request; Responses refuses fewer than 16 tokens.
constexpr std::int64_t few_tokens = 16;

struct Reply {
  int status = 0;
  std::string body;
};

Diagnosis verdict(bool valid, std::string_view type, std::string message, int status) {
  return {valid, type, status == 0 ? "local" : "upstream", std::move(message), status, {}};
}

/// One account under test.
class Probe {
 public:
  Probe(http::Client& client, const catalog::Provider& provider, const domain::Account& account, const config::Settings& settings)
      : client_(client), provider_(provider), account_(account), settings_(settings) {}

  Task<Diagnosis> run(Depth depth);

 private:
  Task<Diagnosis> ask_for_list();
  Task<Result<Reply>> ask(std::string_view method, std::string_view url, std::string body);
  Task<Diagnosis> ask_for_answer(Depth depth);
  Task<std::string> listed_model();
  [[nodiscard]] std::string known_model() const;
  [[nodiscard]] Result<std::string> question(const std::string& model) const;
  [[nodiscard]] Diagnosis judge(const Reply& reply) const;
  [[nodiscard]] Diagnosis judge_use(const Reply& reply) const;
  [[nodiscard]] std::string words_of(const Reply& reply) const;
  [[nodiscard]] std::string without_key(std::string text) const;

  http::Client& client_;
  const catalog::Provider& provider_;
  const domain::Account& account_;
  const config::Settings& settings_;
};

Task<Diagnosis> Probe::run(Depth depth) {
  if (!provider_.format)
    co_return verdict(false, "unsupported",
                      provider_.name + " speaks a format that this version does not speak yet: " + provider_.format_word + ".", 0);
  if (provider_.auth == catalog::Auth::oauth)
    co_return verdict(false, "unsupported", provider_.name + " needs a login that this version does not offer yet.", 0);
  if (account_.auth_type == domain::AuthType::api_key && account_.api_key.empty())
    co_return verdict(false, "auth_missing", "The connection has no API key.", 0);
  // Anthropic's list of models is answered to keys that may not use any of them.
  const bool lists = !provider_.models_url.empty() && *provider_.format != Format::anthropic;
  if (depth == Depth::chat || !lists) co_return co_await ask_for_answer(depth);
  co_return co_await ask_for_list();
}

Task<Diagnosis> Probe::ask_for_list() {
  Result<Reply> reply = co_await ask("GET", provider_.models_url, std::string());
  if (!reply) co_return verdict(false, "network_error", without_key(reply.error().message), 0);
  const bool google_refusal = *provider_.format == Format::gemini && reply->status == 400;  // Google's answer to a wrong key
  if (reply->status == 401 || reply->status == 403 || google_refusal)
    co_return verdict(false, "upstream_auth_error", provider_.name + " refuses the credential" + words_of(*reply), reply->status);
  json::Document document;
  const bool listed = reply->status >= 200 && reply->status < 300 && document.parse(reply->body);
  if (listed) co_return verdict(true, "ok", provider_.name + " takes the credential.", reply->status);
  co_return co_await ask_for_answer(Depth::list);
}

Task<Diagnosis> Probe::ask_for_answer(Depth depth) {
  std::string name = known_model();
  if (name.empty() && depth == Depth::chat) name = co_await listed_model();
  if (name.empty()) name = "omniroute-test";
  Result<std::string> body = question(name);
  if (!body) co_return verdict(false, "unsupported", body.error().message, 0);
  const std::string url = provider_.url_for(name, false);
  Result<Reply> reply = co_await ask("POST", url, *std::move(body));
  if (!reply) co_return verdict(false, "network_error", without_key(reply.error().message), 0);
  Diagnosis diagnosis = depth == Depth::chat ? judge_use(*reply) : judge(*reply);
  diagnosis.model = std::move(name);
  co_return diagnosis;
}

std::string Probe::known_model() const {
  if (!account_.default_model.empty()) return account_.default_model;
  return provider_.models.empty() ? std::string() : provider_.models.front().id;
}

/// The first model that the provider lists, in the shape of OpenAI and Anthropic ({data:[{id}]}) or Google ({models:[{name}]}).
Task<std::string> Probe::listed_model() {
  if (provider_.models_url.empty()) co_return std::string();
  Result<Reply> reply = co_await ask("GET", provider_.models_url, std::string());
  json::Document document;
  if (!reply || !document.parse(reply->body)) co_return std::string();
  const bool google = *provider_.format == Format::gemini;
  const json::Value list = document.root().find(google ? "models" : "data");
  if (!list.is(json::Kind::array) || list.begin() == list.end()) co_return std::string();
  std::string name((*list.begin()).find(google ? "name" : "id").text());
  if (name.starts_with("models/")) name.erase(0, 7);
  co_return name;
}

Result<std::string> Probe::question(const std::string& model) const {
  ir::ChatRequest request;
  request.origin = *provider_.format;
  request.model = model;
  request.max_output = few_tokens;
  ir::Turn turn;
  ir::Text text;
  text.text = "Hi";
  turn.parts.push_back({std::move(text)});
  request.turns.push_back(std::move(turn));
  const routing::Target target{&provider_, &account_, model, *provider_.format};
  codec::Losses losses;
  return codec::codec_for(*provider_.format).encode_request(request, pipeline::profile_of(target), losses);
}

Task<Result<Reply>> Probe::ask(std::string_view method, std::string_view url, std::string body) {
  http::Outgoing outgoing;
  outgoing.method = method;
  if (Status aimed = pipeline::aim(outgoing, url, provider_, account_, settings_); !aimed) co_return std::move(aimed).error();
  outgoing.headers.push_back({"accept", "application/json"});
  if (!body.empty()) {
    outgoing.headers.push_back({"content-type", "application/json"});
    outgoing.body.push_back(body);
  }
  pipeline::add_credential(outgoing.headers, provider_, account_);
  pipeline::add_provider_headers(outgoing.headers, provider_);
  http::Timeouts timeouts;
  timeouts.connect = settings_.connect_timeout;
  timeouts.first_byte = longest_wait;
  timeouts.idle = longest_wait;
  timeouts.total = longest_probe;
  http::CancelHandle cancel;
  Result<std::unique_ptr<http::Incoming>> sent = co_await client_.send(outgoing, timeouts, cancel);
  if (!sent) co_return std::move(sent).error();
  const std::unique_ptr<http::Incoming> incoming = *std::move(sent);
  Result<std::string> text = co_await incoming->read_all(largest_answer);
  if (!text) co_return std::move(text).error();
  Reply reply;
  reply.status = incoming->status();
  reply.body = *std::move(text);
  co_return reply;
}

Diagnosis Probe::judge(const Reply& reply) const {
  const int status = reply.status;
  const std::string& name = provider_.name;
  if (status >= 200 && status < 300) {
    json::Document document;
    if (document.parse(reply.body)) return verdict(true, "ok", name + " takes the credential.", status);
    return verdict(false, "upstream_error", "What answers at " + name + "'s address does not speak its API. Check the base URL.", status);
  }
  if (status == 401 || status == 403)
    return verdict(false, "upstream_auth_error", name + " refuses the credential" + words_of(reply), status);
  if (status == 429)
    return verdict(true, "upstream_rate_limited", name + " takes the credential, but limits it now" + words_of(reply), status);
  if (status >= 500) return verdict(false, "upstream_unavailable", name + " is in trouble" + words_of(reply), status);
  const bool no_such_path = (status == 404 || status == 405) && !provider_.is_node && *provider_.format == Format::openai_chat;
  if (no_such_path) return verdict(false, "unsupported", name + " has no such endpoint" + words_of(reply), status);
  if (status < 400)
    return verdict(false, "upstream_error", name + " answered with a redirect, which is not followed. Check the base URL.", status);
  // It read the request, so it knows us: what it dislikes is the model or the request.
  return verdict(true, "ok", name + " takes the credential, but not the test request" + words_of(reply), status);
}

/// Of a request that was really to be answered: everything but an answer is a failure.
Diagnosis Probe::judge_use(const Reply& reply) const {
  const std::string& name = provider_.name;
  const std::string words = words_of(reply);
  switch (reply.status) {
    case 402: return verdict(false, "upstream_no_credit", name + " takes the credential, but has no credit left" + words, 402);
    case 404: return verdict(false, "upstream_model_unknown", name + " does not know the model that was asked" + words, 404);
    case 429: return verdict(false, "upstream_rate_limited", name + " takes the credential, but limits it now" + words, 429);
    default: break;
  }
  Diagnosis diagnosis = judge(reply);
  if (reply.status >= 200 && reply.status < 300) {
    if (diagnosis.valid) diagnosis.message = name + " answers.";
    return diagnosis;
  }
  if (diagnosis.valid) diagnosis.type = "upstream_error";
  diagnosis.valid = false;
  return diagnosis;
}

/// ": what it said (status)."
std::string Probe::words_of(const Reply& reply) const {
  const Error error = codec::codec_for(*provider_.format).decode_error(reply.status, reply.body);
  std::string words = without_key(error.message);
  if (words.size() > longest_words) words.resize(longest_words);
  return ": " + words + " (status " + std::to_string(reply.status) + ")";
}

std::string Probe::without_key(std::string text) const {
  const std::string_view key = account_.api_key.reveal();
  if (key.empty()) return text;
  for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) text.replace(at, key.size(), "…");
  return text;
}

}  // namespace

Task<Diagnosis> probe(http::Client& client, const catalog::Provider& provider, const domain::Account& account,
                      const config::Settings& settings, Depth depth) {
  const auto began = std::chrono::steady_clock::now();
  Probe test(client, provider, account, settings);
  Diagnosis diagnosis = co_await test.run(depth);
  diagnosis.latency = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  co_return diagnosis;
}

}  // namespace omniroute::api
