//go:build linux

package tsharktest

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trustline/dissect"
)

var tlsFields = []string{"frame.number", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.stream", "tcp.flags.syn", "tcp.flags.ack",
	"tls.record.content_type", "tls.handshake.type", "tls.handshake.version", "tls.handshake.extensions.supported_version",
	"tls.handshake.ciphersuite", "tls.handshake.extensions_server_name", "tls.handshake.certificate", "tls.handshake.session_id",
	"tls.handshake.extension.type", "tls.alert_message.level", "tls.alert_message.desc", "tls.resumed"}

// handshake is what both readers say of one TCP connection: the members of
// `trustline tls --json` that tshark knows of, as text.
type handshake struct {
	stream       int
	members      map[string]string
	hello        bool // a ClientHello
	certificates int
	alerts       int
}

// tsharkHandshakes groups tshark's frames by TCP stream, for the streams with
// a server on one of the ports.
func tsharkHandshakes(t *testing.T, file string, names *tables, ports []int, as ...string) map[int]*handshake {
	t.Helper()
	byStream := map[int][]packet{}
	for _, p := range tshark(t, file, "tcp", tlsFields, append(decodeAs("tcp", "tls", ports...), as...)...) {
		n := p.num("tcp.stream")
		byStream[n] = append(byStream[n], p)
	}
	out := map[int]*handshake{}
	for n, packets := range byStream {
		first := packets[0]
		client, server := first.src(), first.dst()
		port := first.num("tcp.dstport")
		if !slices.Contains(ports, port) || first.num("tcp.flags.syn") == 1 && first.num("tcp.flags.ack") == 1 {
			client, server, port = server, client, first.num("tcp.srcport")
		}
		if slices.Contains(ports, port) {
			out[n] = tsharkHandshake(names, n, packets, client, server)
		}
	}
	return out
}

func tsharkHandshake(names *tables, stream int, packets []packet, client, server string) *handshake {
	h := &handshake{stream: stream}
	m := map[string]string{"stream": fmt.Sprint(stream), "first_frame": packets[0].one("frame.number"), "client": client, "server": server,
		"client_version": "", "version": "", "cipher": "", "sni": "", "ciphers": "", "client_hello": "", "server_hello": "",
		"server_certificates": "", "client_certificates": "", "alerts": "", "resumed": ""}
	syns, resumed := 0, false
	for _, p := range packets {
		from := "client"
		if p.src() == server {
			from = "server"
		}
		if p.num("tcp.flags.syn") == 1 && p.num("tcp.flags.ack") == 0 && from == "client" {
			syns++
		}
		types := p["tls.handshake.type"]
		if slices.Contains(types, "1") && m["client_hello"] == "" {
			h.hello = true
			m["client_hello"] = p.one("frame.number")
			best := p.num("tls.handshake.version")
			for _, v := range p["tls.handshake.extensions.supported_version"] {
				if n := number(v); n <= 0x0304 {
					best = max(best, n)
				}
			}
			m["client_version"] = version(best)
			m["sni"] = p.one("tls.handshake.extensions_server_name")
			m["ciphers"] = names.ciphers(p["tls.handshake.ciphersuite"])
		}
		if slices.Contains(types, "2") {
			m["version"] = version(p.num("tls.handshake.version"))
			if p.has("tls.handshake.extensions.supported_version") {
				m["version"] = version(p.num("tls.handshake.extensions.supported_version"))
			}
			m["server_hello"] = p.one("frame.number")
			m["cipher"] = names.ciphers(p["tls.handshake.ciphersuite"][:1])
			// 41 is pre_shared_key (RFC 8446 section 4.2.11).
			resumed = p.has("tls.resumed") || m["version"] == "TLS1.3" && slices.Contains(p["tls.handshake.extension.type"], "41")
			m["resumed"] = fmt.Sprint(resumed)
		}
		for _, c := range p["tls.handshake.certificate"] {
			b, _ := hex.DecodeString(strings.ReplaceAll(c, ":", ""))
			s := sha1.Sum(b)
			m[from+"_certificates"] += hex.EncodeToString(s[:]) + " "
			h.certificates++
		}
		h.alert(m, p, from, names)
	}
	m["syns"] = fmt.Sprint(syns)
	h.members = m
	return h
}

// alert adds the alerts of a frame. tshark gives level and description of
// those that it can read; what else is in alert records is encrypted.
func (h *handshake) alert(m map[string]string, p packet, from string, names *tables) {
	records := 0
	for _, c := range p["tls.record.content_type"] {
		if c == "21" {
			records++
		}
	}
	level, desc := p["tls.alert_message.level"], p["tls.alert_message.desc"]
	for i := range max(records, len(desc)) {
		h.alerts++
		if i < len(desc) {
			m["alerts"] += fmt.Sprintf("%s %s %s %s %s; ", p.one("frame.number"), from, map[string]string{"1": "warning", "2": "fatal"}[level[i]], desc[i], names.alerts[desc[i]])
		} else {
			m["alerts"] += fmt.Sprintf("%s %s encrypted; ", p.one("frame.number"), from)
		}
	}
}

// version names a version number.
func version(n int) string {
	switch n {
	case 0x0300:
		return "SSL3.0"
	case 0x0301, 0x0302, 0x0303, 0x0304:
		return fmt.Sprintf("TLS1.%d", n-0x0301)
	}
	return fmt.Sprintf("0x%04x", n)
}

// tables are tshark's names.
type tables struct {
	cipher map[int]string
	alerts map[string]string // by code, in the form of RFC 8446
}

func (n *tables) ciphers(list []string) string {
	var s []string
	for _, v := range list {
		s = append(s, n.cipher[number(v)])
	}
	return strings.Join(s, " ")
}

// tsharkNames reads the tables of `tshark -G values`.
func tsharkNames(t *testing.T) *tables {
	t.Helper()
	out, err := run(60e9, "", "tshark", "-G", "values")
	if err != nil {
		t.Fatalf("tshark -G values: %v", err)
	}
	n := &tables{cipher: map[int]string{}, alerts: map[string]string{}}
	for _, line := range strings.Split(out, "\n") {
		f := strings.Split(line, "\t")
		if len(f) < 4 || f[0] != "V" {
			continue
		}
		switch f[1] {
		case "tls.handshake.ciphersuite":
			n.cipher[number(f[2])] = f[3]
		case "tls.alert_message.desc":
			n.alerts[fmt.Sprint(number(f[2]))] = strings.ReplaceAll(strings.ToLower(f[3]), " ", "_")
		}
	}
	if len(n.cipher) < 300 || len(n.alerts) < 20 {
		t.Fatalf("tshark -G values: %d cipher suites, %d alerts", len(n.cipher), len(n.alerts))
	}
	return n
}

// handshakeView turns a row into the common form.
func handshakeView(r *dissect.TLSRow) map[string]string {
	m := map[string]string{"stream": fmt.Sprint(r.Stream), "first_frame": fmt.Sprint(r.FirstFrame), "client": r.Client, "server": r.Server,
		"client_version": str(r.ClientVersion), "version": str(r.Version), "cipher": str(r.Cipher), "sni": str(r.SNI),
		"ciphers": strings.Join(r.Ciphers, " "), "client_hello": num(r.Frames.ClientHello), "server_hello": num(r.Frames.ServerHello),
		"server_certificates": "", "client_certificates": "", "alerts": "", "resumed": "", "syns": fmt.Sprint(r.Syn.Count)}
	for _, c := range r.ServerCertificates {
		m["server_certificates"] += str(c.SHA1) + " "
	}
	for _, c := range r.ClientCertificates {
		m["client_certificates"] += str(c.SHA1) + " "
	}
	for _, a := range r.Alerts {
		if a.Encrypted {
			m["alerts"] += fmt.Sprintf("%d %s encrypted; ", a.Frame, a.From)
		} else {
			m["alerts"] += fmt.Sprintf("%d %s %s %d %s; ", a.Frame, a.From, str(a.Level), *a.Code, str(a.Description))
		}
	}
	if r.Resumed != nil {
		m["resumed"] = fmt.Sprint(*r.Resumed)
	}
	return m
}

func num(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}
