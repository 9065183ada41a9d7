#pragma once
#include "omniroute/base/result.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// Station "open": checks that the body is one JSON object and finds what routing needs in it. A model that the path
/// named already stands in the envelope and stays. Errors: bad_request naming the member.
Status open(Exchange& exchange);

}  // namespace omniroute::pipeline
