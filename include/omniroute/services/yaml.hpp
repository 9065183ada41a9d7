#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "omniroute/base/result.hpp"

namespace omniroute::services {

/// Reads one YAML document by the core schema (YAML 1.2, chapter 10.3): plain scalars are null, booleans, numbers or texts, quoted ones are
/// texts. The error (bad_request) names line and column; anchors may not be used to blow a document up beyond 100'000 nodes.
Result<nlohmann::ordered_json> read_yaml(std::string_view text);
/// Block style, two spaces, texts quoted where they would read as something else.
std::string write_yaml(const nlohmann::ordered_json& json);

/// Where a value of a document stands: path as "keys.0.name". "line 3, column 5", or empty if there is no such value.
std::string place_in_yaml(std::string_view text, std::string_view path);

}  // namespace omniroute::services
