#include "cli_texts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view ours = "$ours";
constexpr std::string_view chosen_model = "$model";

/// What "$model" means: the choice of the only slot.
std::string model_of(const CliTool& tool, const std::map<std::string, std::string>& models) {
  if (tool.slots.empty()) return "";
  const auto found = models.find(tool.slots.front().id);
  return found == models.end() ? "" : found->second;
}

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

std::string origin_of_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<CliTexts> CliTexts::read(const CliTool& tool, const std::vector<std::optional<std::string>>& texts, std::size_t& bad) {
  CliTexts all(tool);
  for (std::size_t i = 0; i < tool.files.size(); ++i) {
    bad = i;
    all.texts_.emplace_back();
    const std::size_t with = tool.files[i].with;
    if (with != CliFile::none && !texts[with]) continue;
    if (tool.files[i].toml) {
      Result<TomlText> text = TomlText::read(texts[i].value_or(""));
      if (!text) return std::move(text).error();
      all.texts_.back() = *std::move(text);
    } else {
      Result<JsonText> text = JsonText::read(texts[i].value_or(""));
      if (!text) return std::move(text).error();
      all.texts_.back() = *std::move(text);
    }
  }
  return all;
}

const std::string& CliTexts::text(std::size_t file) const {
  return std::visit([](const auto& text) -> const std::string& { return text.text(); }, *texts_[file]);
}

std::optional<std::string> CliTexts::text_at(std::size_t file, const TextPath& path) const {
  if (!texts_[file]) return std::nullopt;
  return std::visit([&](const auto& text) { return text.text_at(path); }, *texts_[file]);
}

bool CliTexts::has(std::size_t file, const TextPath& path) const {
  if (const JsonText* json = std::get_if<JsonText>(&*texts_[file])) return json->has(path);
  return text_at(file, path).has_value();
}

std::optional<std::string> CliTexts::our_index(const TextPath& list) const {
  const JsonText& json = std::get<JsonText>(*texts_[0]);
  for (std::size_t i = 0; i < json.size_of(list); ++i) {
    TextPath mark = list;
    mark.push_back(std::to_string(i));
    mark.insert(mark.end(), tool_->mark.begin(), tool_->mark.end());
    if (json.text_at(mark) == tool_->mark_text) return std::to_string(i);
  }
  return std::nullopt;
}

std::optional<TextPath> CliTexts::resolved(const CliLeaf& leaf, const std::string& model, bool make) const {
  TextPath path;
  for (const std::string& name : leaf.path) {
    if (name == ours) {
      const std::optional<std::string> index = our_index(path);
      if (!index && !make) return std::nullopt;
      path.push_back(index.value_or("-"));
    } else if (name == chosen_model) {
      if (model.empty()) return std::nullopt;
      path.push_back(model);
    } else {
      path.push_back(name);
    }
  }
  return path;
}

CliFacts CliTexts::facts() const {
  CliFacts facts;
  for (const CliLeaf& leaf : tool_->leaves) {
    const std::optional<TextPath> path = resolved(leaf, "", false);
    const std::optional<std::string> text = path ? text_at(leaf.file, *path) : std::nullopt;
    if (leaf.chooses) {
      facts.chosen = text.value_or("");
      facts.chosen_ours = text && (leaf.source == CliSource::model ? text->starts_with(leaf.text) : Json(*text).dump() == leaf.text);
    }
    if (!text) continue;
    if (leaf.source == CliSource::origin || leaf.source == CliSource::base) {
      if (facts.base.empty()) facts.base = *text;
    } else if (leaf.source == CliSource::key) {
      if (facts.key.empty()) facts.key = *text;
    } else if (leaf.source == CliSource::model && text->starts_with(leaf.text)) {
      facts.models.emplace(leaf.slot, text->substr(leaf.text.size()));
    }
  }
  return facts;
}

Status CliTexts::set(std::size_t file, const TextPath& path, const std::string& json) {
  const Json value = Json::parse(json);
  if (JsonText* text = std::get_if<JsonText>(&*texts_[file])) return text->set(path, value);
  return std::get<TomlText>(*texts_[file]).set(path, value.get<std::string>());
}

void CliTexts::remove(std::size_t file, const TextPath& path) {
  std::visit([&](auto& text) { text.remove(path); }, *texts_[file]);
}

Status CliTexts::put_leaf(const CliLeaf& leaf, const CliChoice& choice, const std::string& key) {
  const std::string model = model_of(*tool_, choice.models);
  const std::optional<TextPath> path = resolved(leaf, model, true);
  if (!path) return {};
  switch (leaf.source) {
    case CliSource::origin: return set(leaf.file, *path, Json(origin_of_url(choice.url)).dump());
    case CliSource::base: return set(leaf.file, *path, Json(origin_of_url(choice.url) + "/v1").dump());
    case CliSource::key: return set(leaf.file, *path, Json(key).dump());
    case CliSource::model: {
      const auto chosen = choice.models.find(leaf.slot);
      if (chosen == choice.models.end()) return {};
      if (!chosen->second.empty()) return set(leaf.file, *path, Json(leaf.text + chosen->second).dump());
      remove(leaf.file, *path);
      return {};
    }
    case CliSource::literal: {
      // What only has to be there, such as the version of a file, stays as it is.
      if (leaf.once && has(leaf.file, *path)) return {};
      std::string json = leaf.text;
      const std::string quoted = Json(model).dump();
      replace_all(json, chosen_model, quoted.substr(1, quoted.size() - 2));
      replace_all(json, "$now", choice.now);
      return set(leaf.file, *path, json);
    }
  }
  return {};
}

Status CliTexts::put(const CliChoice& choice, std::size_t& bad) {
  const std::string key = choice.key.empty() ? facts().key : std::string(choice.key.reveal());
  for (const CliLeaf& leaf : tool_->leaves) {
    bad = leaf.file;
    if (!texts_[leaf.file]) continue;
    if (Status put = put_leaf(leaf, choice, key); !put) return put;
  }
  return {};
}

/// A file beside the first one may name another gateway; then it is not ours.
bool CliTexts::same_gateway(std::size_t file, const CliFacts& facts) const {
  const std::size_t with = tool_->files[file].with;
  if (with == CliFile::none) return true;
  return std::any_of(tool_->leaves.begin(), tool_->leaves.end(), [&](const CliLeaf& leaf) {
    return leaf.file == with && leaf.source == CliSource::origin &&
           origin_of_url(text_at(with, leaf.path).value_or("")) == origin_of_url(facts.base);
  });
}

void CliTexts::take_away() {
  const CliFacts before = facts();
  const CliTexts as_it_was = *this;
  for (const CliLeaf& leaf : tool_->leaves) {
    if (!texts_[leaf.file] || leaf.once) continue;
    const std::optional<TextPath> path = resolved(leaf, "", false);
    if (!path || !as_it_was.same_gateway(leaf.file, before)) continue;
    if (!before.chosen_ours && (leaf.chooses || leaf.source == CliSource::model)) continue;
    const bool inside_own = std::any_of(tool_->own.begin(), tool_->own.end(), [&](const TextPath& own) {
      return leaf.file == 0 && leaf.path.size() >= own.size() && std::equal(own.begin(), own.end(), leaf.path.begin());
    });
    if (inside_own || !has(leaf.file, *path)) continue;
    if (leaf.source == CliSource::model && !text_at(leaf.file, *path).value_or("").starts_with(leaf.text)) continue;
    if (leaf.back.empty()) {
      remove(leaf.file, *path);
    } else if (Status set_back = set(leaf.file, *path, leaf.back); !set_back) {
      continue;  // what stands there is a value, and a value can be set
    }
  }
  for (const TextPath& own : tool_->own) {
    const CliLeaf whole{CliSource::literal, own};
    if (const std::optional<TextPath> path = resolved(whole, "", false)) remove(0, *path);
  }
}

}  // namespace omniroute::services
