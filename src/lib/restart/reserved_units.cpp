// SPDX-License-Identifier: MIT
#include "lib/restart/reserved_units.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace minipkg::restart {
namespace {

struct Reserved {
  std::string_view prefix, why;
};

constexpr std::string_view message_bus = "every program on the message bus would lose its connection: reboot instead";
constexpr std::string_view display = "it would end every graphical session";
constexpr std::string_view network = "connections through it would break";
constexpr std::string_view console = "somebody may be logged in there";
constexpr std::string_view guests = "what runs below it might be stopped";
constexpr std::string_view once = "it does its work once and ends by itself";
constexpr std::string_view desktop = "it would end the graphical session";

constexpr std::array<Reserved, 50> system_units{{
    {"dbus", message_bus},
    {"gdm", display},
    {"greetd", display},
    {"kdm", display},
    {"lightdm", display},
    {"lxdm", display},
    {"nodm", display},
    {"sddm", display},
    {"slim", display},
    {"wdm", display},
    {"xdm", display},
    {"display-manager", display},
    {"bird", network},
    {"bluetooth", network},
    {"frr", network},
    {"freeswan", network},
    {"libreswan", network},
    {"openswan", network},
    {"strongswan", network},
    {"ModemManager", network},
    {"network", network},
    {"NetworkManager", network},
    {"openvpn", network},
    {"quagga", network},
    {"tinc", network},
    {"wpa_supplicant", network},
    {"getty@", console},
    {"serial-getty@", console},
    {"console-getty.", console},
    {"container-getty@", console},
    {"emergency.service", console},
    {"rescue.service", console},
    {"docker", guests},
    {"libvirt", guests},
    {"lxcfs", guests},
    {"virtlockd", guests},
    {"virtlogd", guests},
    {"xendomains", guests},
    {"zfs-fuse", "file systems hang on it"},
    {"mythtv-backend", "a recording may be going on"},
    {"apt-daily", once},
    {"unattended-upgrades", once},
    {"cron-", once},
    {"rc-local", once},
    {"elogind", "logged-in users would lose their devices"},
    {"systemd-logind", "logged-in users might lose their devices"},
    {"iscsid", "disks hang on it"},
    {"mdmon@", "disks hang on it"},
    {"multipathd", "disks hang on it"},
    {"plymouth", once},
}};

constexpr std::array<Reserved, 7> user_units{{{"dbus", message_bus},
                                              {"gnome-session", desktop},
                                              {"gnome-shell", desktop},
                                              {"org.gnome.Shell", desktop},
                                              {"plasma-kwin", desktop},
                                              {"plasma-ksmserver", desktop},
                                              {"sway", desktop}}};

std::string_view why(std::span<const Reserved> units, std::string_view unit) {
  for (const auto& [prefix, reason] : units) {
    if (unit.starts_with(prefix)) return reason;
  }
  return {};
}

}  // namespace

std::string_view why_reserved(std::string_view unit) { return why(system_units, unit); }
std::string_view why_reserved_of_user(std::string_view unit) { return why(user_units, unit); }

std::size_t rank_of_unit(std::string_view unit) {
  constexpr std::array<std::string_view, 9> early{"systemd-journald.service",
                                                  "systemd-udevd.service",
                                                  "systemd-networkd.service",
                                                  "systemd-resolved.service",
                                                  "systemd-timesyncd.service",
                                                  "polkit.service",
                                                  "nscd.service",
                                                  "sssd.service",
                                                  "rpcbind.service"};
  return static_cast<std::size_t>(std::find(early.begin(), early.end(), unit) - early.begin());
}

}  // namespace minipkg::restart
