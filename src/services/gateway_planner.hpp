#pragma once
#include "gateway_entry.hpp"
#include "omniroute/config/batch.hpp"

namespace omniroute::services {

/// Reads a file beside the present configuration, section by section, and lists what differs. Lives for one file; the texts and the
/// snapshot outlive it.
class Planner {
 public:
  Planner(std::string_view yaml, const config::Snapshot& snapshot, const config::HiddenModels& hidden, bool prune,
          const References& references)
      : yaml_(yaml), now_(snapshot), hidden_(hidden), prune_(prune), references_(references) {}

  Result<std::vector<FileStep>> plan();

 private:
  void section(const Json& root, Entry& file, const char* name, void (Planner::*read)(Entry&));
  void add(FileStep step, const char* kind, std::string name, const std::string& place);
  static void act(FileStep& step, config::Change::What what, const std::string* id);
  /// One object of the router's: what it is in the file beside what it is now, both in the words of the file.
  void compare(config::RoutingDraft draft, const char* kind, const std::string& name, const std::string& place, const Json& wanted,
               const std::optional<Json>& present);

  void settings(const Json& root, Entry& file);
  void node(Entry& entry);
  void connection(Entry& entry);
  void limits(Entry& entry, FileStep& step, const domain::Account* present);
  void key(Entry& entry);
  void price(Entry& entry);
  void budget(Entry& entry);

  void model(Entry& entry);
  void hidden_model(Entry& entry);
  void alias(Entry& entry);
  void wildcards(const Json& root, Entry& file);
  void chain(Entry& entry);
  void combo(Entry& entry);
  void defaults(const Json& root, Entry& file);
  std::optional<domain::ComboConfig> combo_config(Entry& entry, const Json& json, const std::string& name);

  /// Removes what the sections that the file has do not mention; who leans on something goes before it.
  void remove_rest(const Json& root);
  void remove_routing(const Json& root);
  void remove_money(const Json& root);
  [[nodiscard]] bool gone(const char* kind, const std::string& name) const;
  config::Change& remove(config::Change::What what, const char* kind, const std::string& name, const std::string& id);
  /// The id of a provider or node that goes by that name; the name itself if the file makes it.
  [[nodiscard]] std::string id_of(const std::string& provider) const;

  std::string_view yaml_;
  const config::Snapshot& now_;
  const config::HiddenModels& hidden_;
  const bool prune_;
  const References& references_;
  std::optional<Error> failure_;
  std::vector<FileStep> steps_;
  std::set<std::string, std::less<>> mentioned_;
};

}  // namespace omniroute::services
