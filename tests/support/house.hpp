#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/config/snapshot.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/routing/planner.hpp"

namespace omniroute::routing {

/// A configuration with nodes a, b, c … of so many accounts each, the tables behind it, and the plans it makes.
struct House {
  House(std::size_t providers, std::size_t accounts) {
    for (std::size_t p = 0; p < providers; ++p) {
      domain::Node node;
      node.prefix = std::string(1, static_cast<char>('a' + p));
      node.id = "node-" + node.prefix;
      node.name = node.prefix;
      node.base_url = "https://" + node.prefix + ".example/v1";
      rows.nodes.push_back(node);
      for (std::size_t i = 0; i < accounts; ++i) {
        domain::Account account;
        account.id = node.prefix + std::to_string(i);
        account.provider = node.id;
        account.name = account.id;
        account.api_key = Secret("k");
        account.priority = static_cast<int>(i) + 1;
        rows.accounts.push_back(std::move(account));
      }
    }
  }

  void combo(std::string name, const std::vector<std::string>& targets, domain::Strategy strategy = domain::Strategy::fill_first) {
    domain::Combo combo;
    combo.id = name;
    combo.name = std::move(name);
    combo.config.strategy = strategy;
    for (const std::string& target : targets) combo.targets.push_back({target, {}, 0, {}});
    rows.routing.combos.push_back(std::move(combo));
  }

  std::shared_ptr<const config::Snapshot> snapshot() const {
    static const auto catalog = std::make_shared<const catalog::Catalog>(*catalog::Catalog::embedded());
    return std::make_shared<const config::Snapshot>(catalog, rows);
  }

  config::Rows rows;
};

/// A body that is what a test says.
struct GivenBody final : BodyReader {
  std::int64_t tokens_in_it = 1;
  Media media_in_it;
  Affinity affinity_of_it;
  int looks = 0;
  std::int64_t tokens() override { return ++looks, tokens_in_it; }
  Media media() override { return ++looks, media_in_it; }
  Affinity affinity() override { return ++looks, affinity_of_it; }
};

/// The targets of a plan in order: "a/m#a0 b/m#b0".
inline std::string order_text(const Plan& plan) {
  std::string text;
  for (const std::uint16_t each : plan.order) {
    const Target target = plan.target(each);
    text += (text.empty() ? "" : " ") + target.provider->alias + "/" + std::string(target.model) + "#" + target.account->id;
  }
  return text;
}

}  // namespace omniroute::routing
