#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/domain/body_record.hpp"

namespace omniroute::pipeline {

/// Masks secrets in what is about to be recorded: the texts it is told, whatever looks like a key or a token, and the values of members and
/// headers whose names say so. Masking twice changes nothing.
class Redactor {
 public:
  /// Texts below 6 characters are no secrets.
  explicit Redactor(std::vector<std::string> known);
  [[nodiscard]] std::string clean(std::string_view text) const;
  void clean(domain::BodyRecord& record) const;

 private:
  void clean(domain::HeaderList& headers) const;

  std::vector<std::string> known_;
};

}  // namespace omniroute::pipeline
