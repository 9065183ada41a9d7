#include "omniroute/catalog/catalog.hpp"

#include <initializer_list>
#include <optional>
#include <utility>

#include "omniroute/json/document.hpp"
#include "omniroute/json/path.hpp"

extern "C" const char catalog_providers_begin[];
extern "C" const char catalog_providers_end[];

namespace omniroute::catalog {
namespace {

using json::At;

/// Reads members of one entry; the first error stays, the rest is skipped.
class Reader {
 public:
  explicit Reader(const At& entry) : entry_(entry) {}

  void required(std::string_view key, std::string& into) { take(At(entry_, key).required_text(), into); }
  void optional(std::string_view key, std::string& into) {
    Result<std::optional<std::string>> text = At(entry_, key).text();
    if (!text) return fail(text.error());
    if (*text) into = std::move(**text);
  }
  void optional(std::string_view key, std::optional<std::int64_t>& into) {
    Result<std::optional<std::int64_t>> number = At(entry_, key).integer();
    if (!number) return fail(number.error());
    if (*number) into = *number;
  }
  void optional(std::string_view key, double& into) {
    Result<std::optional<double>> number = At(entry_, key).number();
    if (!number) return fail(number.error());
    if (*number) into = **number;
  }
  void optional(std::string_view key, bool& into) {
    Result<std::optional<bool>> value = At(entry_, key).boolean();
    if (!value) return fail(value.error());
    if (*value) into = **value;
  }
  void optional(std::string_view key, std::vector<std::string>& into) {
    elements(key, [&](const At& element) {
      std::string text;
      take(element.required_text(), text);
      into.push_back(std::move(text));
    });
  }
  /// One of the words of an enumeration whose values are 0, 1, 2 …
  template <class E>
  void word(std::string_view key, std::initializer_list<E> values, E& into) {
    std::string text;
    required(key, text);
    for (const E value : values)
      if (to_string(value) == text) {
        into = value;
        return;
      }
    fail(At(entry_, key).error("is not a known word"));
  }
  template <class F>
  void elements(std::string_view key, F&& visit) {
    const At list(entry_, key);
    if (std::optional<Error> error = list.wrong(json::Kind::array)) return fail(*error);
    std::size_t index = 0;
    for (auto it = list.value().begin(); it != list.value().end(); ++it, ++index) visit(At(list, *it, index));
  }
  template <class F>
  void members(std::string_view key, F&& visit) {
    const At object(entry_, key);
    if (std::optional<Error> error = object.wrong(json::Kind::object)) return fail(*error);
    for (auto it = object.value().begin(); it != object.value().end(); ++it) visit(it.key(), At(object, *it, it.key()));
  }
  void fail(Error error) {
    if (!failed_) failed_ = std::move(error);
  }
  [[nodiscard]] std::optional<Error>& failed() noexcept { return failed_; }

 private:
  void take(Result<std::string> text, std::string& into) {
    if (!text) return fail(text.error());
    into = std::move(*text);
  }
  const At& entry_;
  std::optional<Error> failed_;
};

Result<Price> read_price(const At& at) {
  Price price;
  Reader reader(at);
  reader.optional("input", price.input);
  reader.optional("output", price.output);
  // A provider that names no price for these charges them as what they are part of.
  price.cache_read = price.input;
  price.cache_write = price.input;
  price.reasoning = price.output;
  reader.optional("cache_read", price.cache_read);
  reader.optional("cache_write", price.cache_write);
  reader.optional("reasoning", price.reasoning);
  if (reader.failed()) return *reader.failed();
  return price;
}

Result<Model> read_model(const At& at) {
  Model model;
  std::string format;
  Reader reader(at);
  reader.required("id", model.id);
  reader.required("name", model.name);
  reader.optional("context", model.context);
  reader.optional("max_output", model.max_output);
  reader.optional("format", format);
  if (!format.empty()) {
    model.format = domain::parse_format(format);
    if (!model.format) reader.fail(At(at, "format").error("is not a known word"));
  }
  if (const At price(at, "price"); !price.absent()) {
    Result<Price> read = read_price(price);
    if (!read) return read.error();
    model.price = *read;
  }
  if (reader.failed()) return *reader.failed();
  return model;
}

void read_headers(Reader& entry, std::string_view key, std::vector<Header>& into) {
  entry.elements(key, [&](const At& at) {
    Header header;
    Reader reader(at);
    reader.required("name", header.name);
    reader.required("value", header.value);
    if (reader.failed()) entry.fail(*reader.failed());
    into.push_back(std::move(header));
  });
}

void read_urls(Reader& reader, Provider& provider) {
  reader.required("chat_url", provider.chat_url);
  provider.stream_url = provider.chat_url;
  reader.optional("stream_url", provider.stream_url);
  reader.optional("responses_url", provider.responses_url);
  reader.optional("models_url", provider.models_url);
  reader.optional("count_tokens_url", provider.count_tokens_url);
}

void read_models(Reader& reader, Provider& provider) {
  std::optional<std::int64_t> context;
  reader.optional("context", context);
  reader.elements("models", [&](const At& at) {
    Result<Model> model = read_model(at);
    if (!model) return reader.fail(model.error());
    if (!model->context) model->context = context;
    complete_by_family(*model);
    provider.models.push_back(std::move(*model));
  });
}

Result<domain::WindowRule> read_window(const At& at) {
  domain::WindowRule rule;
  Reader reader(at);
  reader.required("name", rule.name);
  using domain::WindowKind;
  reader.word("kind",
              {WindowKind::session, WindowKind::rolling, WindowKind::daily, WindowKind::weekly, WindowKind::monthly, WindowKind::once},
              rule.kind);
  if (const At unit(at, "unit"); !unit.absent()) reader.word("unit", {domain::WindowUnit::requests, domain::WindowUnit::tokens}, rule.unit);
  const auto number = [&reader](std::string_view key, auto apply) {
    std::optional<std::int64_t> value;
    reader.optional(key, value);
    if (value) apply(*value);
  };
  number("minutes", [&rule](std::int64_t value) { rule.length = std::chrono::minutes(value); });
  number("hour", [&rule](std::int64_t value) { rule.hour = static_cast<int>(value); });
  number("day", [&rule](std::int64_t value) { rule.day = static_cast<int>(value); });
  number("zone_minutes", [&rule](std::int64_t value) { rule.zone = std::chrono::minutes(value); });
  reader.optional("limit", rule.limit);
  reader.optional("model", rule.model);
  if (reader.failed()) return *reader.failed();
  return rule;
}

void read_windows(const At& entry, Reader& reader, Provider& provider) {
  const At quota(entry, "quota");
  if (quota.absent()) return;
  Reader of_quota(quota);
  of_quota.elements("rules", [&](const At& at) {
    Result<domain::WindowRule> rule = read_window(at);
    if (!rule) return of_quota.fail(rule.error());
    provider.windows.push_back(*std::move(rule));
  });
  if (of_quota.failed()) reader.fail(*of_quota.failed());
}

Result<Provider> read_provider(const At& at) {
  Provider provider;
  Reader reader(at);
  reader.required("id", provider.id);
  reader.required("alias", provider.alias);
  reader.required("name", provider.name);
  reader.word("tier", {Tier::subscription, Tier::api_key, Tier::cheap, Tier::free, Tier::local}, provider.tier);
  reader.word("auth", {Auth::api_key, Auth::oauth, Auth::none}, provider.auth);
  reader.word("permission", {Permission::official, Permission::documented, Permission::not_permitted}, provider.permission);
  reader.required("format", provider.format_word);
  provider.format = domain::parse_format(provider.format_word);
  read_urls(reader, provider);
  if (const At header(at, "auth_header"); !header.absent()) {
    Reader of_header(header);
    of_header.required("name", provider.auth_header);
    of_header.optional("prefix", provider.auth_prefix);
    if (of_header.failed()) reader.fail(*of_header.failed());
  }
  read_headers(reader, "headers", provider.headers);
  read_headers(reader, "identity_headers", provider.identity);
  reader.optional("kinds", provider.kinds);
  reader.optional("quirks", provider.quirks);
  reader.optional("passthrough_models", provider.passthrough_models);
  reader.optional("routing_fields", provider.routing_fields);
  read_windows(at, reader, provider);
  read_models(reader, provider);
  if (reader.failed()) return *reader.failed();
  return provider;
}

}  // namespace

Result<Catalog> Catalog::embedded() {
  return parse({catalog_providers_begin, static_cast<std::size_t>(catalog_providers_end - catalog_providers_begin)});
}

Result<Catalog> Catalog::parse(std::string_view text) {
  json::Document document;
  if (Status parsed = document.parse(text); !parsed) return parsed.error();
  const At root(document.root());
  Catalog catalog;
  Reader reader(root);
  reader.optional("as_of", catalog.as_of_);
  reader.elements("providers", [&](const At& at) {
    Result<Provider> provider = read_provider(at);
    if (!provider) return reader.fail(provider.error());
    const std::size_t place = catalog.providers_.size();
    const bool id_is_new = catalog.by_name_.emplace(provider->id, place).second;
    const bool alias_is_new = provider->alias == provider->id || catalog.by_name_.emplace(provider->alias, place).second;
    if (!id_is_new || !alias_is_new) return reader.fail(at.error("has an id or alias that another entry has, too"));
    auto& renamed = catalog.renamed_[provider->id];
    Reader entry(at);
    entry.members("renamed_models", [&](std::string_view old_name, const At& member) {
      Result<std::string> present = member.required_text();
      if (!present) return entry.fail(present.error());
      renamed.emplace(old_name, std::move(*present));
    });
    if (entry.failed()) return reader.fail(*entry.failed());
    catalog.providers_.push_back(std::move(*provider));
  });
  if (reader.failed()) return *reader.failed();
  return catalog;
}

const Provider* Catalog::find(std::string_view alias_or_id) const noexcept {
  const auto found = by_name_.find(alias_or_id);
  return found == by_name_.end() ? nullptr : &providers_[found->second];
}

std::string_view Catalog::current_model(std::string_view provider_id, std::string_view model) const noexcept {
  const auto names = renamed_.find(provider_id);
  if (names == renamed_.end()) return model;
  const auto found = names->second.find(model);
  return found == names->second.end() ? model : std::string_view(found->second);
}

void Catalog::serve_demo_at(std::string_view base_url) {
  const auto found = by_name_.find("demo");
  if (found == by_name_.end()) return;
  Provider& demo = providers_[found->second];
  demo.chat_url = std::string(base_url) + "/chat/completions";
  demo.stream_url = demo.chat_url;
  demo.models_url = std::string(base_url) + "/models";
}

}  // namespace omniroute::catalog
