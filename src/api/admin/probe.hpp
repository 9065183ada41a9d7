#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "omniroute/base/task.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/http/client.hpp"

namespace omniroute::api {

/// What a live test of an account found out.
struct Diagnosis {
  bool valid = false;
  /// ok, auth_missing, unsupported, network_error, upstream_auth_error, upstream_rate_limited, upstream_unavailable, upstream_error
  std::string_view type;
  std::string_view source;  ///< local: nothing was asked; upstream: the provider's answer
  std::string message;      ///< for people; never holds the credential
  int status = 0;           ///< of the answer that decided; 0 = there was none
  std::chrono::milliseconds latency{0};
};

/// Asks the provider whether it takes the account's credential: its list of models, else one token of an answer.
/// Takes 30 s at most. The references outlive the call.
Task<Diagnosis> probe(http::Client& client, const catalog::Provider& provider, const domain::Account& account,
                      const config::Settings& settings);

}  // namespace omniroute::api
