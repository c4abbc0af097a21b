// SPDX-License-Identifier: MIT
#include "lib/archive/file_name.hpp"

#include <gtest/gtest.h>

using namespace minipkg::archive;

TEST(FileName, SaysNameVersionAndArchitecture) {
  const std::pair<const char*, NameParts> cases[] = {
      {"hello-2.12.1-1.x86_64.pkg.tar.zst", {"hello", "2.12.1-1", "x86_64"}},
      {"/tmp/d-1.0/hello-2.12.1-1.x86_64.pkg.tar", {"hello", "2.12.1-1", "x86_64"}},
      {"hello-2.12.1-1-x86_64.pkg.tar.xz", {"hello", "2.12.1-1", "x86_64"}},
      {"hello-2.12.1.tar", {"hello", "2.12.1", ""}},
      {"hello-2.12.1.noarch.tar.gz", {"hello", "2.12.1", "noarch"}},
      {"hello-2.12.1.tgz", {"hello", "2.12.1", ""}},
      {"libevent-2.1-7_2.1.12-stable-8_amd64.tar", {"libevent-2.1-7", "2.1.12-stable-8", "amd64"}},
      {"memcached_1.6.18-1+b1_amd64.tar", {"memcached", "1.6.18-1+b1", "amd64"}},
      {"python3-3.11.2-1.aarch64.tar", {"python3", "3.11.2-1", "aarch64"}},
      {"lib-x-y-1.0-rc1.tar.bz2", {"lib-x-y", "1.0-rc1", ""}},
      {"x-1:2.0-3.any.tar.lz4", {"x", "1:2.0-3", "any"}},
      {"x-v1.2.tar", {"x", "v1.2", ""}},
      {"font-config-2.tar", {"font-config", "2", ""}},
      {"payload.tar", {"payload", "", ""}},
      {"my-payload.tar", {"my-payload", "", ""}},
      {"-", {"-", "", ""}},
      {".tar", {".tar", "", ""}},
      {"x-1.0_2.tar", {"x", "1.0_2", ""}},
      {"x_1.0-2.tar", {"x", "1.0-2", ""}},
      {"", {"", "", ""}},
  };
  for (const auto& [file, parts] : cases) {
    const NameParts found = parse_file_name(file);
    EXPECT_EQ(found, parts) << file << ": " << found.name << " | " << found.version << " | " << found.arch;
  }
}
