#pragma once
#include "omniroute/access/spending.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// The request's path from an authenticated request to its answer and its record. Has no state of its own; any worker.
class Pipeline {
 public:
  Pipeline(store::Database& database, access::Spending& spending) : database_(database), spending_(spending) {}
  /// Answers the request, whatever happens, and writes its usage row.
  Task<void> serve(Exchange& exchange, http::ReplySink& client);

 private:
  store::Database& database_;
  access::Spending& spending_;
};

/// Answers with `error` in the client's dialect, and notes it as the exchange's outcome.
Task<void> refuse(Exchange& exchange, http::ReplySink& client, Error error);

}  // namespace omniroute::pipeline
