#include <algorithm>
#include <cmath>
#include <string>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/store/money_tables.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

constexpr double highest_price = 1'000'000;
constexpr std::size_t longest_model = 200;

Status check_price(const domain::TokenPrice& price) {
  struct Class {
    std::string_view field;
    double value;
  };
  for (const Class& each : {Class{"input", price.input}, Class{"output", price.output}, Class{"cached", price.cache_read},
                            Class{"cacheCreation", price.cache_write}, Class{"reasoning", price.reasoning}})
    if (!std::isfinite(each.value) || each.value < 0 || each.value > highest_price)
      return bad_field(each.field, "must be US dollars per million tokens, from 0 to 1000000");
  return {};
}

/// The id of a provider that goes by this name.
Result<std::string> provider_id(const EditorState& state, store::Transaction& transaction, const std::string& name) {
  if (const catalog::Provider* known = state.catalog->find(name)) return known->id;
  Result<std::vector<domain::Node>> nodes = store::Nodes(transaction).all();
  if (!nodes) return std::move(nodes).error();
  for (const domain::Node& node : *nodes)
    if (node.id == name || node.prefix == name) return node.id;
  return bad_field("provider", "is not known: " + name.substr(0, 100));
}

}  // namespace

Status set_price_row(const EditorState& state, store::Transaction& transaction, domain::OwnPrice price) {
  Result<std::string> id = provider_id(state, transaction, price.provider);
  if (!id) return std::move(id).error();
  if (price.model.empty() || price.model.size() > longest_model) return bad_field("model", "must have 1 to 200 bytes");
  if (Status fits = price.price ? check_price(*price.price) : Status(); !fits) return fits;
  price.provider = *std::move(id);
  price.created_ms = state.now_ms();
  return store::Prices(transaction).add(price);
}

Status set_budget_row(const EditorState& state, store::Transaction& transaction, domain::Budget budget) {
  if (!budget.provider.empty()) {
    Result<std::string> id = provider_id(state, transaction, budget.provider);
    if (!id) return std::move(id).error();
    budget.provider = *std::move(id);
  }
  return store::Budgets(transaction).save(budget);
}

Task<Status> Editor::set_price(std::string provider, std::string model, std::optional<domain::TokenPrice> price) {
  domain::OwnPrice row;
  row.provider = std::move(provider);
  row.model = std::move(model);
  row.price = price;
  store::Database::StatusWork edit = [state = state_, row = std::move(row)](store::Transaction& transaction) {
    return set_price_row(*state, transaction, row);
  };
  return change_only(state_, std::move(edit));
}

Task<Status> Editor::reset_prices(std::string provider, std::string model) {
  store::Database::StatusWork edit = [state = state_, provider = std::move(provider),
                                      model = std::move(model)](store::Transaction& transaction) -> Status {
    std::string id;
    if (!provider.empty()) {
      Result<std::string> known = provider_id(*state, transaction, provider);
      if (!known) return std::move(known).error();
      id = *std::move(known);
    }
    store::Prices table(transaction);
    Result<std::vector<domain::OwnPrice>> prices = table.present();
    if (!prices) return prices.error();
    for (domain::OwnPrice& price : *prices) {
      const bool meant = (id.empty() || price.provider == id) && (model.empty() || price.model == model);
      if (!meant || !price.price) continue;
      price.price.reset();
      price.created_ms = state->now_ms();
      if (Status added = table.add(price); !added) return added;
    }
    return {};
  };
  return change_only(state_, std::move(edit));
}

Task<Status> Editor::set_budget(domain::Budget budget) {
  store::Database::StatusWork edit = [state = state_, budget = std::move(budget)](store::Transaction& transaction) {
    return set_budget_row(*state, transaction, budget);
  };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
