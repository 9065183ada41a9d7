#pragma once
#include <cstdint>
#include <string>

#include "omniroute/base/secret.hpp"

namespace omniroute::domain {

/// One answer of the Responses API, kept because its client may go on from it by `previous_response_id`.
struct StoredResponse {
  std::string id;
  std::string previous_id;  ///< the response it goes on from; empty = none
  std::string key_id;       ///< the gateway key it belongs to; empty = keyless
  std::string account_id;   ///< the account that answered
  std::int64_t created_ms = 0;
  Secret input;     ///< JSON array of input items: what this turn added
  Secret response;  ///< the response object as JSON
};

}  // namespace omniroute::domain
