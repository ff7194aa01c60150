//go:build linux

package tsharktest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// join writes one file of several.
func join(t *testing.T, to string, from ...string) {
	t.Helper()
	var all bytes.Buffer
	for _, f := range from {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	write(t, to, all.Bytes())
}

// anything lets OpenSSL speak all that it was built with, TLS 1.0, RSA 1024
// and NULL ciphers too.
var anything = []string{"-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"}

// endpoints are the servers.
func endpoints(p *pki) map[string]*endpoint {
	m := map[string]*endpoint{}
	add := func(name, cert string, more ...string) {
		args := append([]string{"-cert", p.file(cert), "-key", p.file(cert)}, anything...)
		m[name] = &endpoint{name: name, args: append(args, more...)}
	}
	chain := []string{"-cert_chain", p.file("chain")}
	with := func(more ...string) []string { return append(append([]string{}, chain...), more...) }
	add("rsa2048", "rsa2048", chain...)
	add("rsa1024", "rsa1024")
	add("ec", "ec", chain...)
	add("p384", "p384")
	add("ed25519", "ed25519")
	add("expired", "expired")
	add("fragments", "rsa2048", with("-max_send_frag", "512")...)
	add("sni", "rsa2048", "-servername", "second.test", "-cert2", p.file("second"), "-key2", p.file("second"), "-servername_fatal")
	add("mutual", "rsa2048", with("-Verify", "5", "-CAfile", p.file("chain"), "-verify_return_error")...)
	add("asking", "rsa2048", with("-verify", "5", "-CAfile", p.file("chain"))...)
	add("session-id", "rsa2048", with("-no_ticket", "-id_prefix", "abc")...)
	add("retry", "rsa2048", "-groups", "P-521")
	add("alpn", "rsa2048", "-alpn", "h2")
	add("tls12-only", "rsa2048", "-tls1_2")
	add("tls13-only", "rsa2048", "-tls1_3")
	m["aes128"] = &endpoint{name: "aes128", args: []string{"-cert", p.file("rsa2048"), "-key", p.file("rsa2048"), "-cipher", "AES128-SHA:@SECLEVEL=0", "-no_tls1_3"}}
	m["psk"] = &endpoint{name: "psk", args: []string{"-nocert", "-psk", "c0ffee", "-cipher", "PSK:@SECLEVEL=0", "-no_tls1_3"}}
	return m
}

// planTLS lists the visits.
func planTLS(p *pki, to map[string]*endpoint, chopped, nobody *endpoint) []*visit {
	var list []*visit
	visit := func(e *endpoint, scene string, runs ...[]string) *visit {
		for i := range runs {
			if !strings.Contains(strings.Join(runs[i], " "), "-cipher ") {
				runs[i] = append(runs[i], anything...)
			}
		}
		v := &visit{scene: scene, to: e, runs: runs}
		list = append(list, v)
		return v
	}
	args := func(s string) []string { return strings.Fields(s) }
	versions := []string{"-tls1", "-tls1_1", "-tls1_2", "-tls1_3"}
	// Every version with every kind of certificate, with and without SNI.
	for _, name := range []string{"rsa2048", "rsa1024", "ec", "p384", "ed25519", "fragments", "asking"} {
		for _, v := range versions {
			visit(to[name], v, args(v+" -servername host-"+name+".example.com"))
			visit(to[name], v, args(v+" -noservername"))
		}
	}
	// Ciphers of each kind of key exchange.
	for _, c := range []string{"AES128-SHA", "AES256-SHA256", "CAMELLIA128-SHA", "AES128-GCM-SHA256", "AES256-CCM8", "ARIA128-GCM-SHA256", "NULL-SHA", "NULL-SHA256",
		"DHE-RSA-AES128-SHA", "DHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-NULL-SHA"} {
		visit(to["rsa2048"], c, args("-tls1_2 -cipher "+c+":@SECLEVEL=0"))
	}
	for _, c := range []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_CCM_SHA256"} {
		visit(to["rsa2048"], c, args("-ciphersuites "+c))
	}
	visit(to["retry"], "hello retry", args("-groups X25519:P-521 -servername retry.example.com"))
	visit(to["rsa2048"], "NULL-SHA TLS1.0", args("-tls1 -cipher NULL-SHA:@SECLEVEL=0"))
	visit(to["psk"], "psk", args("-tls1_2 -psk c0ffee -cipher PSK:@SECLEVEL=0"))
	visit(to["psk"], "wrong psk", args("-tls1_2 -psk abcdef -cipher PSK:@SECLEVEL=0"))
	// In segments of a few octets.
	for _, v := range versions {
		visit(chopped, v, args(v+" -servername chopped.example.com"))
	}
	// Clients with certificates, wanted ones and others.
	for _, v := range versions {
		cert := func(name string) []string {
			return append(args(v), "-cert", p.file(name), "-key", p.file(name), "-cert_chain", p.file("chain"))
		}
		visit(to["mutual"], "client certificate", cert("client"))
		visit(to["mutual"], "no client certificate", args(v))
		visit(to["mutual"], "unknown client", append(args(v), "-cert", p.file("stranger"), "-key", p.file("stranger")))
		visit(to["asking"], "client certificate", cert("client"))
		visit(to["asking"], "unknown client", append(args(v), "-cert", p.file("stranger"), "-key", p.file("stranger")))
	}
	// Clients that refuse.
	for _, v := range versions {
		visit(to["rsa2048"], "unknown CA", args(v+" -verify_return_error"))
		visit(to["rsa1024"], "self-signed", args(v+" -verify_return_error"))
		visit(to["expired"], "expired", append(args(v+" -verify_return_error"), "-CAfile", p.file("root")))
		visit(to["rsa2048"], "other name", append(args(v+" -verify_return_error -verify_hostname other.test"), "-CAfile", p.file("root")))
		visit(to["rsa2048"], "trusted", append(args(v+" -verify_return_error"), "-CAfile", p.file("root")))
	}
	// Servers that refuse.
	for _, v := range versions {
		visit(to["tls12-only"], "version", args(v))
		visit(to["tls13-only"], "version", args(v))
		visit(to["sni"], "its name", args(v+" -servername second.test"))
		visit(to["sni"], "unknown name", args(v+" -servername unknown.test"))
		visit(to["alpn"], "its protocol", args(v+" -alpn h2"))
		visit(to["alpn"], "other protocol", args(v+" -alpn http/1.1"))
	}
	for _, c := range []string{"AES256-SHA", "ECDHE-RSA-AES128-GCM-SHA256", "NULL-SHA", "AES128-SHA"} {
		visit(to["aes128"], "cipher "+c, args("-tls1_2 -cipher "+c+":@SECLEVEL=0"))
	}
	visit(to["rsa2048"], "fallback", args("-tls1_1 -fallback_scsv"))
	visit(to["tls12-only"], "fallback", args("-tls1_2 -fallback_scsv"))
	// Sessions: by identifier, by ticket, by PSK of TLS 1.3.
	for i, v := range versions {
		for _, name := range []string{"session-id", "rsa2048"} {
			file := filepath.Join(p.dir, fmt.Sprintf("session-%s-%d", name, i))
			visit(to[name], "resumption", append(args(v), "-sess_out", file), append(args(v), "-sess_in", file), append(args(v), "-sess_in", file))
		}
		visit(to["rsa2048"], "abort", args(v)).abort = true
		visit(nobody, "refused", args(v))
	}
	return list
}
