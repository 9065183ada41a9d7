#include "omniroute/services/foreign.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "foreign_map.hpp"
#include "omniroute/services/yaml.hpp"

namespace omniroute::services {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_entries = 20'000;

/// Entries [begin, end) that wait to be tried together.
struct Block {
  std::size_t begin;
  std::size_t end;
};

/// What an object of a section is called.
std::string kind_of(std::string_view section) {
  if (section == "fallbackChains") return "chain";
  if (section == "hiddenModels") return "hidden model";
  if (section.starts_with("routing")) return "routing";
  return section == "aliases" ? "alias" : std::string(section.substr(0, section.size() - 1));
}

/// The configuration file that these entries make.
std::string yaml_of(const std::vector<const ForeignEntry*>& chosen) {
  Json file{{"version", 1}};
  for (const ForeignEntry* entry : chosen) {
    const std::string section = entry->section;
    Json object = Json::parse(entry->json, nullptr, false);
    if (section == "routing.combos") {
      file["routing"]["combos"] = std::move(object);
    } else if (section == "routing.providers") {
      file["routing"]["providers"][entry->name] = std::move(object);
    } else {
      file[section].push_back(std::move(object));
    }
  }
  return write_yaml(file);
}

/// What was refused, without its place in a file that nobody has seen.
std::string words_of(const Error& error) {
  std::string message = error.message;
  if (message.starts_with("line ")) message.erase(0, std::min(message.size(), message.find(": ") + 2));
  if (!error.param.empty() && message.starts_with(error.param + ": ")) message.erase(0, error.param.size() + 2);
  return message;
}

/// Defaults of the router are always there; they are the owner's once they say something.
bool untouched(const FileStep& step, const config::Snapshot& snapshot) {
  constexpr std::string_view of_provider = "provider ";
  const config::RoutingRows& rows = snapshot.routing().rows();
  if (step.name == "combos") return rows.defaults == domain::ComboConfig();
  const catalog::Provider* provider =
      step.name.starts_with(of_provider) ? snapshot.provider(step.name.substr(of_provider.size())) : nullptr;
  return provider == nullptr || !rows.provider_overrides.contains(provider->id);
}

/// What this configuration has already is its owner's: it stays. Wildcards are one object, to which only what is new was added.
std::vector<FileStep> only_new(std::vector<FileStep> steps, const config::Snapshot& snapshot, std::vector<ForeignNote>* notes) {
  std::vector<FileStep> made;
  for (FileStep& step : steps) {
    const bool defaults = step.kind == "routing" && untouched(step, snapshot);
    if (step.action == "create" || step.kind == "wildcards" || defaults) {
      made.push_back(std::move(step));
    } else if (notes != nullptr) {
      notes->push_back({step.kind, step.name, "here_already", "It is here already and differs; it stays as it is here.", true});
    }
  }
  return made;
}

std::vector<config::Change> changes_of(const std::vector<FileStep>& steps) {
  std::vector<config::Change> changes;
  for (const FileStep& step : steps) changes.push_back(step.change);
  return changes;
}

/// Finds out, by halves, which entries the configuration takes.
class Sieve {
 public:
  Sieve(ForeignMap& map, const config::Snapshot& snapshot, const config::HiddenModels& hidden, config::Editor& editor)
      : map_(map), snapshot_(snapshot), hidden_(hidden), editor_(editor) {}

  Task<void> run() {
    std::vector<Block> waiting;
    waiting.push_back({0, map_.entries.size()});
    while (!waiting.empty()) {
      const Block block = waiting.back();
      waiting.pop_back();
      if (block.begin == block.end) continue;
      const std::size_t before = chosen_.size();
      for (std::size_t i = block.begin; i < block.end; ++i) chosen_.push_back(&map_.entries[i]);
      Status fits = co_await try_chosen();
      if (fits) continue;
      chosen_.resize(before);
      const std::size_t middle = block.begin + (block.end - block.begin) / 2;
      if (middle == block.begin) {
        const ForeignEntry& entry = map_.entries[block.begin];
        map_.notes.push_back({kind_of(entry.section), entry.name, fits.error().code, words_of(fits.error()), true});
      } else {
        waiting.push_back({middle, block.end});
        waiting.push_back({block.begin, middle});
      }
    }
  }
  [[nodiscard]] Result<std::vector<FileStep>> plan() const {
    return plan_gateway(yaml_of(chosen_), snapshot_, hidden_, false, map_.references);
  }

 private:
  Task<Status> try_chosen() {
    Result<std::vector<FileStep>> steps = plan();
    if (!steps) co_return std::move(steps).error();
    std::vector<config::Change> changes = changes_of(only_new(*std::move(steps), snapshot_, nullptr));
    if (changes.empty()) co_return Status();
    Result<config::BatchResult> tried = co_await editor_.apply(std::move(changes), true);
    if (!tried) co_return std::move(tried).error();
    co_return Status();
  }

  ForeignMap& map_;
  const config::Snapshot& snapshot_;
  const config::HiddenModels& hidden_;
  config::Editor& editor_;
  std::vector<const ForeignEntry*> chosen_;
};

Result<Json> read_document(const ForeignSource& source) {
  Json document = Json::parse(source.document, nullptr, false);
  if (!document.is_object() || !document.contains("providerConnections") || !document["providerConnections"].is_array()) {
    Error error(ErrorKind::bad_request, "This is no data of " + source.from + ": it has no list of provider connections.", "document");
    error.code = "foreign_file";
    return error;
  }
  return document;
}

}  // namespace

Task<Result<ForeignImport>> import_foreign(const ForeignSource& source, const config::Snapshot& snapshot,
                                           const config::HiddenModels& hidden, config::Editor& editor, bool dry_run) {
  Result<Json> document = read_document(source);
  if (!document) co_return std::move(document).error();
  std::optional<crypto::ForeignFields> fields;
  if (!source.encryption_key.empty()) {
    Result<crypto::ForeignFields> derived = crypto::ForeignFields::with(source.encryption_key);
    if (!derived) co_return std::move(derived).error();
    fields = *std::move(derived);
  }
  ForeignMap map(*document, snapshot, fields);
  Status sound = map.read();
  if (!sound) co_return std::move(sound).error();
  if (map.entries.size() > most_entries)
    co_return Error(ErrorKind::too_large, "The data holds more than any configuration does (20000 objects).");
  Sieve sieve(map, snapshot, hidden, editor);
  co_await sieve.run();
  Result<std::vector<FileStep>> planned = sieve.plan();
  if (!planned) co_return std::move(planned).error();
  ForeignImport done;
  done.steps = only_new(*std::move(planned), snapshot, &map.notes);
  done.notes = std::move(map.notes);
  std::vector<config::Change> changes = changes_of(done.steps);
  if (!changes.empty()) {
    Result<config::BatchResult> applied = co_await editor.apply(std::move(changes), dry_run);
    if (!applied) co_return std::move(applied).error();
    done.keys = std::move(applied->keys);
  }
  co_return done;
}

}  // namespace omniroute::services
