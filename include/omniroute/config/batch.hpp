#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "omniroute/config/editor.hpp"

namespace omniroute::config {

/// One change of a batch. Which draft counts is said by `what`; `id` names what is updated or removed.
struct Change {
  enum class What : std::uint8_t { node, account, key, setting, price, budget };
  enum class How : std::uint8_t { create, update, remove };
  What what = What::setting;
  How how = How::update;
  std::string id;
  NodeDraft node;
  AccountDraft account;
  KeyDraft key;
  SettingChange setting;
  domain::OwnPrice price;  ///< without a price: the owner's is taken away
  domain::Budget budget;
  std::string place;  ///< where it was asked for ("connections.2"), put before the field's name in errors
};

/// What a batch made that is seen only once.
struct BatchResult {
  std::vector<NewKey> keys;
};

}  // namespace omniroute::config
