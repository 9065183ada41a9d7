#pragma once
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/resilience/limiter.hpp"

namespace omniroute::pipeline {

/// What an account may be asked, by settings and by what its owner says of it.
resilience::Limits limits_of(const config::Snapshot& config, const catalog::Provider& provider, const domain::Account& account);

}  // namespace omniroute::pipeline
