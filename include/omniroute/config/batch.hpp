#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "omniroute/config/editor.hpp"
#include "omniroute/config/routing_editor.hpp"

namespace omniroute::config {

/// A model that lists leave out.
struct HiddenModel {
  std::string provider;
  std::string model;
};

/// What the router is told, of the one kind that a change is about. Wildcards are always all of them.
using RoutingDraft = std::variant<std::monostate, domain::Combo, domain::Alias, std::vector<domain::Wildcard>, domain::CustomModel,
                                  HiddenModel, domain::FallbackChain, DefaultsChange>;

/// One change of a batch. Which draft counts is said by `what`; `id` names what is updated or removed.
struct Change {
  enum class What : std::uint8_t { node, account, key, setting, price, budget, routing };
  enum class How : std::uint8_t { create, update, remove };
  What what = What::setting;
  How how = How::update;
  std::string id;
  NodeDraft node;
  AccountDraft account;
  std::optional<AccountRouting> limits;  ///< of that account; its id need not be known yet
  KeyDraft key;
  SettingChange setting;
  domain::OwnPrice price;  ///< without a price: the owner's is taken away
  domain::Budget budget;
  RoutingDraft routing;
  std::string place;  ///< where it was asked for ("connections.2"), put before the field's name in errors
};

/// What a batch made that is seen only once.
struct BatchResult {
  std::vector<NewKey> keys;
};

}  // namespace omniroute::config
