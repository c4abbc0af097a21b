# SPDX-License-Identifier: MIT
"""Debian's memcached and OpenSSL, installed as bare tars into a root and run there. The library is upgraded while a
client keeps its connection and its data."""
import shutil
import socket
import ssl
import subprocess
import time

from support import debian
from support.live import LiveTest


class RealSoftware(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()
        debian.make_merged_root(self.root)
        self.versions = {}

    def install(self, *names):
        for name in names:
            deb = debian.download(name)
            if deb is None:
                self.skipTest(f"apt-get download {name} failed: no network, or no package lists")
            self.versions[name] = debian.version(deb)
            tar = debian.payload(deb, self.scratch / f"{name}.tar")
            self.minipkg.run("install", "--name", name, "--version", self.versions[name], "--arch", "amd64", tar)

    def upgrade(self, name, library):
        """Installs a new build of the package in which the file with this name differs. Returns its version."""
        version = self.versions[name] + "+test1"
        tar, changed = debian.rebuilt(debian.download(name), self.scratch / f"{name}-new.tar",
                                      lambda path: path.endswith(library))
        self.assertEqual(len(changed), 1, changed)
        self.minipkg.run("install", "--name", name, "--version", version, "--arch", "amd64", tar)
        return version

    def serve(self, port, *command):
        """Starts a server in the root and waits until it listens."""
        with open(self.scratch / "server.log", "ab") as log:
            server = self.start("chroot", self.root, *command, stderr=log)
        for _ in range(600):
            if not server.runs():
                self.fail(f"{command} ended: {(self.scratch / 'server.log').read_text()}")
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return server
            except ConnectionRefusedError:
                time.sleep(0.05)
        self.fail(f"{command} does not listen")

    def stop(self, server):
        server.running.terminate()
        server.running.wait(timeout=60)

    def test_memcached_keeps_its_data_while_libevent_is_upgraded(self):
        self.install("libc6", "libssl3", "libdb5.3", "libsasl2-2", "libevent-2.1-7", "memcached")
        port = debian.free_port()
        command = ["/usr/bin/memcached", "-u", "root", "-l", "127.0.0.1", "-p", str(port)]
        server = self.serve(port, *command)
        self.assertNothingStale()
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"set key 0 0 5\r\nvalue\r\n")
            self.assertEqual(client.recv(100), b"STORED\r\n")
            new = self.upgrade("libevent-2.1-7", "libevent-2.1.so.7.0.1")
            client.sendall(b"get key\r\n")
            self.assertEqual(client.recv(100), b"VALUE key 0 5\r\nvalue\r\nEND\r\n")
        report = self.minipkg.needs_restart()
        self.assertStale(report, (server, "libevent-2.1-7", self.versions["libevent-2.1-7"], new, "code"))
        self.assertEqual(report["processes"][0]["command"], "memcached")

        self.stop(server)
        self.serve(port, *command)
        self.assertNothingStale()

    def test_tls_connection_lives_on_while_libssl_is_upgraded(self):
        self.install("libc6", "libssl3", "openssl")
        key = self.root / "etc/server.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout",
                        key, "-out", self.scratch / "certificate.pem"], check=True, capture_output=True)
        shutil.copy(self.scratch / "certificate.pem", self.root / "etc/certificate.pem")
        port = debian.free_port()
        command = ["/usr/bin/openssl", "s_server", "-quiet", "-rev", "-accept", f"127.0.0.1:{port}", "-cert",
                   "/etc/certificate.pem", "-key", "/etc/server.pem"]
        server = self.serve(port, *command)
        trust = ssl.create_default_context(cafile=self.scratch / "certificate.pem")
        with socket.create_connection(("127.0.0.1", port)) as plain, \
                trust.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(b"before\n")
            self.assertEqual(client.recv(100), b"erofeb\n")
            new = self.upgrade("libssl3", "libssl.so.3")
            client.sendall(b"after\n")
            self.assertEqual(client.recv(100), b"retfa\n")
            report = self.minipkg.needs_restart()
        self.assertStale(report, (server, "libssl3", self.versions["libssl3"], new, "code"))

        self.stop(server)
        self.serve(port, *command)
        self.assertNothingStale()
