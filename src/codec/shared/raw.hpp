#pragma once
#include <string>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"

namespace omniroute::codec {

/// A value as written, fit for one line of a stream; "" if there is none.
inline std::string compact(json::Value value) {
  std::string out;
  if (value) json::append_compact(value.raw(), out);
  return out;
}

}  // namespace omniroute::codec
