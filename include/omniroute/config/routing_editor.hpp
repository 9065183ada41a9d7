#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/config/editor.hpp"
#include "omniroute/config/routing_rows.hpp"

namespace omniroute::config {

/// A change of the cascade's lower steps. Absent members stay as they are.
struct DefaultsChange {
  std::optional<domain::ComboConfig> combos;     ///< of all combos, and of plain model names
  std::optional<domain::ComboConfig> automatic;  ///< of the combo `auto`
  /// By provider id; a config without a member takes the override away.
  std::vector<std::pair<std::string, domain::ComboConfig>> providers;
};

/// Every change of what the router is told, with the promises of config::Editor: checked, on disk and published before it returns.
class RoutingEditor {
 public:
  explicit RoutingEditor(const Editor& editor) : state_(editor.state_) {}

  /// An empty id makes a new one. Errors: conflict for a name that another combo has; bad_request for circles and depth.
  Task<Result<domain::Combo>> save_combo(domain::Combo combo);
  Task<Status> remove_combo(std::string id);

  Task<Status> save_alias(domain::Alias alias);
  Task<Status> remove_alias(std::string name);
  /// All of them at once: their order does not count.
  Task<Status> save_wildcards(std::vector<domain::Wildcard> wildcards);
  Task<Status> save_custom_model(domain::CustomModel model);
  Task<Status> remove_custom_model(std::string provider, std::string model);
  /// Whether lists leave a model out.
  Task<Status> hide_model(std::string provider, std::string model, bool hidden);
  /// No links: the chain goes.
  Task<Status> save_chain(domain::FallbackChain chain);

  Task<Status> save_account(AccountRouting routing);
  Task<Status> save_defaults(DefaultsChange change);

 private:
  std::shared_ptr<const EditorState> state_;
};

}  // namespace omniroute::config
