#include "open.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "omniroute/crypto/random.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"

namespace omniroute::pipeline {
namespace {

Error wrong(std::string_view member, std::string_view what) {
  return {ErrorKind::bad_request, std::string(member) + ": " + std::string(what), std::string(member)};
}

bool is_true(std::string_view raw) { return raw == "true"; }
bool is_null(std::string_view raw) { return raw.empty() || raw == "null"; }

std::string unquoted(std::string_view literal) {
  std::string text;
  json::append_unescaped(literal.substr(1, literal.size() - 2), text);
  return text;
}

// stream_options: {"include_usage": bool}
Status read_stream_options(Envelope& envelope, std::string_view raw) {
  envelope.stream_options = raw;
  if (is_null(raw)) return {};
  if (raw.front() != '{') return wrong("stream_options", "must be an object");
  std::array<json::Member, 1> inside{json::Member{"include_usage"}};
  if (Status status = json::scan(raw, inside); !status) return status;
  envelope.include_usage = is_true(inside[0].value);
  return {};
}

Status read_names(const json::At& at, std::vector<std::string>& names) {
  if (auto problem = at.wrong(json::Kind::array)) return *problem;
  std::size_t index = 0;
  for (auto each = at.value().begin(); !at.absent() && each != at.value().end(); ++each, ++index) {
    Result<std::string> name = json::At(at, *each, index).required_text();
    if (!name) return name.error();
    names.push_back(*std::move(name));
  }
  return {};
}

/// OpenRouter writes prices as numbers or as texts.
Status read_price(const json::At& at, std::optional<double>& price) {
  if (at.absent()) return {};
  double number = 0;
  if (at.value().number(number)) {
    price = number;
    return {};
  }
  const std::string text(at.value().text());
  char* end = nullptr;
  number = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(number)) return at.error("must be a number");
  price = number;
  return {};
}

Status read_sort(const json::At& at, routing::Preference& preference) {
  const Result<std::optional<std::string>> sort = at.text();
  if (!sort) return sort.error();
  if (!*sort) return {};
  using Sort = routing::Preference::Sort;
  if (**sort == "price")
    preference.sort = Sort::price;
  else if (**sort == "throughput" || **sort == "latency")
    preference.sort = Sort::speed;
  else
    return at.error("must be price, throughput or latency");
  return {};
}

Status read_preference(const json::At& at, routing::Preference& preference) {
  if (auto problem = at.wrong(json::Kind::object)) return *problem;
  if (Status read = read_names(json::At(at, "order"), preference.order); !read) return read;
  if (Status read = read_names(json::At(at, "only"), preference.only); !read) return read;
  if (Status read = read_names(json::At(at, "ignore"), preference.ignore); !read) return read;
  const Result<std::optional<bool>> fallbacks = json::At(at, "allow_fallbacks").boolean();
  if (!fallbacks) return fallbacks.error();
  preference.allow_fallbacks = fallbacks->value_or(true);
  if (Status read = read_sort(json::At(at, "sort"), preference); !read) return read;
  const json::At ceiling(at, "max_price");
  if (auto problem = ceiling.wrong(json::Kind::object)) return *problem;
  if (Status read = read_price(json::At(ceiling, "prompt"), preference.max_input); !read) return read;
  return read_price(json::At(ceiling, "completion"), preference.max_output);
}

/// `models` and `provider` of OpenRouter's bodies (openrouter.ai/docs, "Provider Routing"), where clients send them.
Status read_wishes(Exchange& x, std::string_view models, std::string_view provider) {
  x.facts.fallbacks.clear();
  x.facts.preference = routing::Preference();
  if (x.format != domain::Format::openai_chat && x.format != domain::Format::openai_responses) return {};
  for (const auto& [name, raw] : {std::pair<std::string_view, std::string_view>("models", models), {"provider", provider}}) {
    if (is_null(raw)) continue;
    json::Document document;
    if (Status parsed = document.parse(raw); !parsed) return parsed;
    const json::At body{json::Value()};
    const json::At at(body, document.root(), name);
    Status read = name == "models" ? read_names(at, x.facts.fallbacks) : read_preference(at, x.facts.preference);
    if (!read) return read;
  }
  if (!is_null(models)) x.envelope.models = models;
  if (!is_null(provider)) x.envelope.provider = provider;
  return {};
}

}  // namespace

Status open(Exchange& x) {
  if (x.request.body.empty()) return Error(ErrorKind::bad_request, "The request has no body; a JSON object is expected.");
  std::array<json::Member, 6> members{json::Member{"model"},  json::Member{"stream"},   json::Member{"stream_options"},
                                      json::Member{"models"}, json::Member{"provider"}, json::Member{"tools"}};
  if (Status status = json::scan(x.request.body, members); !status) return status;
  const auto& [model, stream, options, models, provider, tools] = members;
  // Of two members of one name the upstream may take the other one: what is checked must be what is sent.
  for (const json::Member& member : members)
    if (member.seen > 1) return wrong(member.key, "stands in the body more than once");
  x.envelope.tools = tools.value.size() > 2;
  if (Status wishes = read_wishes(x, models.value, provider.value); !wishes) return wishes;
  if (x.envelope.model.empty()) {
    if (is_null(model.value)) return wrong("model", "is required");
    if (model.value.front() != '"') return wrong("model", "must be a string");
    x.envelope.model = unquoted(model.value);
    x.envelope.model_literal = model.value;
  }
  if (x.format == domain::Format::gemini) return {};
  if (!is_null(stream.value) && stream.value != "true" && stream.value != "false") return wrong("stream", "must be true or false");
  x.envelope.stream = is_true(stream.value);
  if (x.format == domain::Format::openai_chat) return read_stream_options(x.envelope, options.value);
  return {};
}

Lane::Lane(net::Worker& its_worker, http::Limits limits) : worker(its_worker), upstreams(its_worker, limits), dice(0) {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  crypto::random_bytes(bytes);
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  dice = routing::Dice(seed);
}

void Exchange::replace_body(std::string body) {
  request.body = std::move(body);
  chat_.reset();
  if (!envelope.model_literal.empty()) envelope.model.clear();  // it stood in the body
  envelope.model_literal = {};
  envelope.stream_options = {};
  envelope.models = {};
  envelope.provider = {};
}

Result<const ir::ChatRequest*> Exchange::chat() {
  if (!chat_) {
    chat_.emplace(codec().decode_request(request.body));
    if (*chat_) {
      // For Gemini both stand in the path.
      (*chat_)->model = envelope.model;
      (*chat_)->stream = envelope.stream;
      // What was said to the router is not said to a provider.
      std::erase_if((*chat_)->extras, [this](const ir::Extra& extra) {
        return (extra.name == "models" && !envelope.models.empty()) || (extra.name == "provider" && !envelope.provider.empty());
      });
    }
  }
  if (!*chat_) return chat_->error();
  const ir::ChatRequest* decoded = &chat_->value();
  return decoded;
}

}  // namespace omniroute::pipeline
