#pragma once
#include <cstdint>
#include <string>

#include "omniroute/domain/format.hpp"

namespace omniroute::domain {

/// A provider of the user's own: any endpoint that speaks one of our formats, addressed as "<prefix>/<model>".
struct Node {
  std::string id;
  std::string prefix;
  std::string name;
  Format format = Format::openai_chat;
  std::string base_url;  ///< http or https, without credentials, query or trailing slash
  std::string ca_file;   ///< PEM file of extra trusted roots, or empty
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

}  // namespace omniroute::domain
