#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "omniroute/config/snapshot.hpp"

/// Objects of the configuration in the words of its file: ids become the names that people know.
namespace omniroute::services {

/// A node's prefix for its id; any other text as it is.
std::string provider_name(const config::Snapshot& snapshot, const std::string& provider);

nlohmann::ordered_json combo_json(const domain::Combo& combo, const config::Snapshot& snapshot);
nlohmann::ordered_json model_json(const domain::CustomModel& model, const config::Snapshot& snapshot);
nlohmann::ordered_json chain_json(const domain::FallbackChain& chain, const config::Snapshot& snapshot);
nlohmann::ordered_json combo_config_json(const domain::ComboConfig& config);
/// What the owner says of a connection beside its credential; empty if nothing.
nlohmann::ordered_json limits_json(const config::AccountRouting& routing);

/// The how-manieth key of its name each is, from 1: names may be the same.
std::vector<int> numbers_of(std::span<const domain::ApiKey> keys);

}  // namespace omniroute::services
