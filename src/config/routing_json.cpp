#include <algorithm>
#include <cmath>

#include "combo_keys.hpp"
#include "omniroute/config/routing_rows.hpp"

namespace omniroute::config {
namespace {

using domain::Combo;
using domain::ComboConfig;
using domain::ComboTarget;
using json::At;
using json::Kind;
using json::Writer;
using std::chrono::milliseconds;

constexpr std::size_t longest_model = 512;
constexpr std::size_t most_targets = 100;

std::string range(const ComboKey& key) {
  const auto text = [](double value) { return std::to_string(static_cast<std::int64_t>(value)); };
  return "must be from " + text(key.least) + " to " + text(key.most);
}

template <class T>
Status set_number(ComboConfig& config, const ComboKey& key, const At& at, std::optional<T> ComboConfig::*member) {
  const bool whole = !std::is_same_v<T, double>;
  const Result<std::optional<double>> number = at.number();
  if (!number) return number.error();
  if (!*number) return {};
  if (whole && std::floor(**number) != **number) return at.error("must be a whole number");
  if (**number < key.least || **number > key.most) return at.error(range(key));
  if constexpr (std::is_same_v<T, milliseconds>) {
    config.*member = milliseconds(static_cast<std::int64_t>(**number));
  } else {
    config.*member = static_cast<T>(**number);
  }
  return {};
}

/// Sets one member; null and absence leave it as it is.
struct Setter {
  ComboConfig& config;
  const ComboKey& key;
  const At& at;

  Status operator()(std::optional<domain::Strategy> ComboConfig::*member) const {
    const Result<std::optional<std::string>> name = at.text();
    if (!name) return name.error();
    if (!*name) return {};
    config.*member = domain::parse_strategy(**name);
    if (!(config.*member))
      return at.error("must be one of fill-first (priority), weighted, round-robin, p2c, random, least-used, cost-optimized");
    return {};
  }
  Status operator()(std::optional<int> ComboConfig::*member) const { return set_number(config, key, at, member); }
  Status operator()(std::optional<milliseconds> ComboConfig::*member) const { return set_number(config, key, at, member); }
  Status operator()(std::optional<double> ComboConfig::*member) const { return set_number(config, key, at, member); }
  Status operator()(std::optional<bool> ComboConfig::*member) const {
    const Result<std::optional<bool>> value = at.boolean();
    if (!value) return value.error();
    if (*value) config.*member = **value;
    return {};
  }
};

struct Printer {
  const ComboConfig& config;
  const ComboKey& key;
  Writer& writer;

  void operator()(std::optional<domain::Strategy> ComboConfig::*member) const {
    if (config.*member) writer.key(key.name).string(domain::to_string(*(config.*member)));
  }
  void operator()(std::optional<int> ComboConfig::*member) const {
    if (config.*member) writer.key(key.name).integer(*(config.*member));
  }
  void operator()(std::optional<milliseconds> ComboConfig::*member) const {
    if (config.*member) writer.key(key.name).integer((config.*member)->count());
  }
  void operator()(std::optional<double> ComboConfig::*member) const {
    if (config.*member) writer.key(key.name).number(*(config.*member));
  }
  void operator()(std::optional<bool> ComboConfig::*member) const {
    if (config.*member) writer.key(key.name).boolean(*(config.*member));
  }
};

Status only_members(const At& at, std::initializer_list<std::string_view> known) {
  for (auto member = at.value().begin(); member != at.value().end(); ++member) {
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      return At(at, *member, member.key()).error("is not a member that is known here");
  }
  return {};
}

bool sound_model(std::string_view name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return !name.empty() && name.size() <= longest_model && printable && name.find("../") == std::string_view::npos;
}

bool sound_combo_name(std::string_view name) {
  constexpr std::size_t longest = 100;
  return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '/' || c == '.' || c == '-';
  });
}

/// Reads members and keeps the first error.
class Members {
 public:
  explicit Members(const At& at) : at_(at) {}
  void text(std::string_view key, std::string& into) { take(At(at_, key).text(), into); }
  void flag(std::string_view key, bool& into) { take(At(at_, key).boolean(), into); }
  template <class T>
  void maybe(std::string_view key, std::optional<T>& into) {
    if constexpr (std::is_same_v<T, bool>) {
      keep(At(at_, key).boolean(), into);
    } else if constexpr (std::is_same_v<T, double>) {
      keep(At(at_, key).number(), into);
    } else {
      keep(At(at_, key).integer(), into);
    }
  }
  void count(std::string_view key, std::int64_t least, std::int64_t most, int& into) {
    const At at(at_, key);
    const Result<std::optional<std::int64_t>> number = at.integer();
    if (!number) return fail(number.error());
    if (!*number) return;
    if (**number < least || **number > most) return fail(at.error("must be from " + std::to_string(least) + " to " + std::to_string(most)));
    into = static_cast<int>(**number);
  }
  void fail(Error error) {
    if (status_) status_ = std::move(error);
  }
  [[nodiscard]] Status& status() noexcept { return status_; }

 private:
  template <class T, class Into>
  void take(Result<std::optional<T>> value, Into& into) {
    if (!value) return fail(value.error());
    if (*value) into = **std::move(value);
  }
  template <class T>
  void keep(Result<std::optional<T>> value, std::optional<T>& into) {
    if (!value) return fail(value.error());
    if (*value) into = *std::move(value);
  }
  const At& at_;
  Status status_;
};

}  // namespace

Result<ComboConfig> read_combo_config(const At& at) {
  ComboConfig config;
  if (auto wrong = at.wrong(Kind::object)) return *wrong;
  for (auto member = at.value().begin(); !at.absent() && member != at.value().end(); ++member) {
    const At value(at, *member, member.key());
    const auto key = std::find_if(combo_keys.begin(), combo_keys.end(), [&](const ComboKey& k) { return k.name == member.key(); });
    if (key == combo_keys.end()) return value.error("is not a key of a combo's configuration");
    if (Status set = std::visit(Setter{config, *key, value}, key->member); !set) return set.error();
  }
  return config;
}

void write_combo_config(const ComboConfig& config, Writer& writer) {
  writer.begin_object();
  for (const ComboKey& key : combo_keys) std::visit(Printer{config, key, writer}, key.member);
  writer.end_object();
}

Result<ComboTarget> read_combo_target(const At& at) {
  ComboTarget target;
  if (at.value().is(Kind::string)) {
    target.model = at.value().text();
  } else {
    if (!at.value().is(Kind::object)) return at.error("must be a model name, or an object with one");
    if (Status known = only_members(at, {"model", "account", "weight", "config"}); !known) return known.error();
    Members members(at);
    members.text("model", target.model);
    members.text("account", target.account);
    members.count("weight", 0, 100, target.weight);
    if (!members.status()) return members.status().error();
    Result<ComboConfig> config = read_combo_config(At(at, "config"));
    if (!config) return config.error();
    target.config = *std::move(config);
  }
  if (!sound_model(target.model)) return at.error("needs a model name");
  return target;
}

void write_combo_target(const ComboTarget& target, Writer& writer) {
  if (target == ComboTarget{target.model, {}, 0, {}}) {
    writer.string(target.model);
    return;
  }
  writer.begin_object().key("model").string(target.model);
  if (!target.account.empty()) writer.key("account").string(target.account);
  if (target.weight != 0) writer.key("weight").integer(target.weight);
  if (!(target.config == ComboConfig())) {
    writer.key("config");
    write_combo_config(target.config, writer);
  }
  writer.end_object();
}

Result<Combo> read_combo(const At& at) {
  Combo combo;
  if (!at.value().is(Kind::object)) return at.error("must be an object");
  if (Status known = only_members(at, {"id", "name", "models", "strategy", "config", "isActive", "createdAt", "updatedAt"}); !known)
    return known.error();
  Members members(at);
  members.text("id", combo.id);
  members.text("name", combo.name);
  members.flag("isActive", combo.active);
  if (!members.status()) return members.status().error();
  if (!sound_combo_name(combo.name)) return At(at, "name").error("must have 1 to 100 letters, digits, '_', '/', '.' or '-'");
  const At models(at, "models");
  if (auto wrong = models.wrong(Kind::array)) return *wrong;
  if (models.value().size() == 0 || models.value().size() > most_targets) return models.error("must list 1 to 100 models");
  std::size_t index = 0;
  for (auto model = models.value().begin(); model != models.value().end(); ++model, ++index) {
    Result<ComboTarget> target = read_combo_target(At(models, *model, index));
    if (!target) return target.error();
    combo.targets.push_back(*std::move(target));
  }
  Result<ComboConfig> config = read_combo_config(At(at, "config"));
  if (!config) return config.error();
  combo.config = *std::move(config);
  const At strategy(at, "strategy");
  if (strategy.absent()) return combo;
  if (Status set = std::visit(Setter{combo.config, combo_keys.front(), strategy}, combo_keys.front().member); !set) return set.error();
  return combo;
}

void write_combo(const Combo& combo, Writer& writer) {
  writer.begin_object().key("id").string(combo.id).key("name").string(combo.name).key("models").begin_array();
  for (const ComboTarget& target : combo.targets) write_combo_target(target, writer);
  writer.end_array().key("config");
  write_combo_config(combo.config, writer);
  writer.key("isActive").boolean(combo.active).end_object();
}

Result<domain::CustomModel> read_custom_model(const At& at) {
  domain::CustomModel model;
  Members members(at);
  std::string source;
  members.text("provider", model.provider);
  members.text("modelId", model.id);
  members.text("modelName", model.name);
  members.text("source", source);
  members.maybe("contextLength", model.context);
  members.maybe("maxOutput", model.max_output);
  members.maybe("inputPrice", model.input_price);
  members.maybe("outputPrice", model.output_price);
  members.maybe("images", model.images);
  members.maybe("tools", model.tools);
  if (!members.status()) return members.status().error();
  if (model.provider.empty()) return At(at, "provider").error("is required");
  if (!sound_model(model.id)) return At(at, "modelId").error("needs a model name");
  if (!source.empty() && source != "manual" && source != "imported") return At(at, "source").error("must be manual or imported");
  for (const auto& number : {model.context, model.max_output})
    if (number && *number < 1) return At(at, "contextLength").error("must be at least 1, as must maxOutput");
  for (const auto& price : {model.input_price, model.output_price})
    if (price && (*price < 0 || !std::isfinite(*price))) return At(at, "inputPrice").error("may not be negative, nor may outputPrice");
  model.imported = source == "imported";
  if (model.name.empty()) model.name = model.id;
  return model;
}

void write_custom_model(const domain::CustomModel& model, Writer& writer) {
  writer.begin_object().key("provider").string(model.provider).key("modelId").string(model.id).key("modelName").string(model.name);
  writer.key("source").string(model.imported ? "imported" : "manual");
  if (model.context) writer.key("contextLength").integer(*model.context);
  if (model.max_output) writer.key("maxOutput").integer(*model.max_output);
  if (model.input_price) writer.key("inputPrice").number(*model.input_price);
  if (model.output_price) writer.key("outputPrice").number(*model.output_price);
  if (model.images) writer.key("images").boolean(*model.images);
  if (model.tools) writer.key("tools").boolean(*model.tools);
  writer.end_object();
}

Result<std::vector<domain::FallbackChain::Link>> read_chain_links(const At& at) {
  if (!at.value().is(Kind::array)) return at.error("must be a list of {provider, priority, enabled}");
  std::vector<domain::FallbackChain::Link> links;
  std::size_t index = 0;
  for (auto each = at.value().begin(); each != at.value().end(); ++each, ++index) {
    const At entry(at, *each, index);
    domain::FallbackChain::Link link;
    Members members(entry);
    members.text("provider", link.provider);
    members.count("priority", 1, 1'000, link.priority);
    members.flag("enabled", link.enabled);
    if (!members.status()) return members.status().error();
    if (link.provider.empty()) return At(entry, "provider").error("is required");
    links.push_back(std::move(link));
  }
  std::stable_sort(links.begin(), links.end(), [](const auto& a, const auto& b) { return a.priority < b.priority; });
  return links;
}

void write_chain_links(const domain::FallbackChain& chain, Writer& writer) {
  writer.begin_array();
  for (const domain::FallbackChain::Link& link : chain.links)
    writer.begin_object()
        .key("provider")
        .string(link.provider)
        .key("priority")
        .integer(link.priority)
        .key("enabled")
        .boolean(link.enabled)
        .end_object();
  writer.end_array();
}

}  // namespace omniroute::config
