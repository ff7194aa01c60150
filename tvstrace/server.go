package tvstrace

import (
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Windows in milliseconds.
const (
	// sameMiss: a phone that got 503 over HTTP asks for the same list over TFTP
	// within a second; the service prints the local miss for both.
	sameMiss = 5000
	// sameFault: the lines about one refused certificate.
	sameFault = 2000
)

// tftp is what the TFTP service says about a request over several lines.
type tftp struct {
	client  string           // address of the HTTP client at hand
	file    string           // file of the request at hand
	phone   string           // and whose it is
	address string           //
	miss    *catalogue.Event // "File Not Found - 404", until other clusters are asked
	pending bool             // the answer will be 503 because they are
	missed  string           // file of the last local miss
	missAt  int32
	sent    map[string]string // file by "ip~port"
}

// maxSent bounds the transfers that are remembered by address and port.
const maxSent = 1 << 14

// server takes a record of the TFTP service, call control or the platform.
func (x *session) server(r *record, line int, name string) {
	x.a.dialect = dialectFor(r.m.Entry.File, r.sdl, x.a.dialect)
	switch name {
	case "http_client":
		x.tftp.client = lines.Plainer(lines.Text(r.m.Get("address")))
	case "http_host":
		if p := x.pending; p != nil && p.Name == "http_get" {
			host, port := lines.HostPort(lines.Text(r.m.Get("server")))
			x.extend("http_get", line, "server", host, "port", port)
			if port != "" {
				p.Server = lines.Join(host, port)
			}
		}
	case "http_length":
		x.extend("proxy_fetch", line, "bytes", lines.Text(r.m.Get("bytes")))
	case "http_get":
		x.httpGet(r, line)
	case "tftp_rrq":
		x.forget404()
		e := x.make(r, line, name)
		x.tftpPeer(e)
		x.request(e)
		x.send(e)
	case "tftp_nak":
		x.tftp.miss = nil
		e := x.make(r, line, name)
		x.tftpPeer(e)
		e.Phone = lines.Device(e.Detail["file"])
		x.send(e)
	case "tftp_local_miss":
		x.localMiss(r, line)
	case "tftp_404_local":
		x.release()
		x.tftp.miss = x.make(r, line, "tftp_404")
		x.ofRequest(x.tftp.miss)
	case "tftp_offcluster":
		x.tftp.miss = nil
	case "tftp_404":
		x.tftp.miss = nil
		e := x.make(r, line, name)
		x.ofRequest(e)
		x.send(e)
	case "proxy_pending":
		x.tftp.pending = true
	case "http_503":
		e := x.make(r, line, name)
		x.ofRequest(e)
		if x.tftp.pending {
			e.Detail["reason"] = "proxy lookup pending"
		}
		x.tftp.pending = false
		x.send(e)
	case "proxy_search_result":
		e := x.make(r, line, name)
		e.Phone = lines.Device(e.Detail["file"])
		x.send(e)
	case "proxy_fetch":
		x.proxyFetch(r, line)
	case "file_served":
		x.served(r, line)
	case "cert_verification", "cert_verification_failed", "tls_protocol_error", "peer_cert_not_in_store", "auth_failed",
		"alarm", "connection_accepted", "tls_established", "tls_cipher", "x509_name_mismatch":
		x.peer(r, line, name)
	case "cert_db":
		x.a.platform.store = true
	default:
		x.send(x.make(r, line, name))
	}
}

// dialectFor tells by the catalogue file which service prints a message.
func dialectFor(file string, sdl bool, now string) string {
	switch {
	case file == "ctftp.tl" && sdl:
		return DialectTFTPSDL
	case file == "ctftp.tl" && now == DialectTFTPSDL:
		return now // a line without a head
	case file == "ctftp.tl":
		return DialectTFTP
	case file == "callmanager.tl" && sdl:
		return DialectCMSDL
	case file == "callmanager.tl" && now == DialectCMSDL:
		return now
	case file == "callmanager.tl":
		return DialectCM
	}
	return now
}

// request notes which file is asked for now.
func (x *session) request(e *catalogue.Event) {
	x.tftp.file, x.tftp.address = e.Detail["file"], e.Address
	e.Phone = lines.Device(x.tftp.file)
	x.tftp.phone = e.Phone
}

// ofRequest gives an event the file and the phone of the request at hand.
func (x *session) ofRequest(e *catalogue.Event) {
	if x.tftp.file != "" && e.Detail["file"] == "" {
		e.Detail["file"] = x.tftp.file
	}
	e.Phone, e.Address = x.tftp.phone, x.tftp.address
}

// httpGet: the request as received, and "Decode successful", are one.
func (x *session) httpGet(r *record, line int) {
	file := lines.Text(r.m.Get("file"))
	if x.extend("http_get", line, "file", file) {
		return
	}
	x.forget404()
	e := x.make(r, line, "http_get")
	e.Address = x.tftp.client
	x.request(e)
	x.hold(e)
}

// tftpPeer reads "0xf4d26318~5~192.0.2.11~51909" or "0xb384bde0 192.0.2.11~51909".
func (x *session) tftpPeer(e *catalogue.Event) {
	parts := strings.FieldsFunc(e.Detail["id"], func(r rune) bool { return r == '~' || r == ' ' })
	delete(e.Detail, "id")
	if len(parts) < 3 {
		return
	}
	ip, port := lines.Plainer(parts[len(parts)-2]), parts[len(parts)-1]
	e.Address = ip
	e.Detail["peer"] = lines.Join(ip, port)
	if e.Name == "tftp_rrq" {
		if x.tftp.sent == nil || len(x.tftp.sent) >= maxSent {
			x.tftp.sent = map[string]string{}
		}
		x.tftp.sent[e.Detail["peer"]] = e.Detail["file"]
	}
}

// localMiss: the handler prints the whole name for HTTP and the MAC address
// for TFTP.
func (x *session) localMiss(r *record, line int) {
	e := x.make(r, line, "tftp_local_miss")
	x.tftpPeer(e)
	list := strings.ToUpper(strings.TrimPrefix(strings.ToLower(e.Detail["handler"]), "handle"))
	delete(e.Detail, "handler")
	e.Detail["list"] = list
	if f := e.Detail["file"]; len(f) == 12 && lines.Device("SEP"+f) != "" {
		e.Detail["file"] = list + "SEP" + f + ".tlv"
	}
	again := x.tftp.missed == e.Detail["file"] && since(x.tftp.missAt, r.at) >= 0 && near(r.at, x.tftp.missAt, sameMiss)
	x.tftp.missed, x.tftp.missAt = e.Detail["file"], r.at
	if again {
		return
	}
	e.Phone = lines.Device(e.Detail["file"])
	if e.Address == "" {
		e.Address = x.tftp.address
	}
	x.send(e)
}

// forget404 hands out a "file not found" for which no other cluster was asked.
func (x *session) forget404() {
	if e := x.tftp.miss; e != nil {
		x.tftp.miss = nil
		x.send(e)
	}
}

// proxyFetch: the answer of the other cluster, and what is made of it, are one.
func (x *session) proxyFetch(r *record, line int) {
	e := x.make(r, line, "proxy_fetch")
	e.Phone = lines.Device(e.Detail["file"])
	cluster, id, _ := strings.Cut(e.Detail["cluster"], "(")
	delete(e.Detail, "cluster")
	if e.Detail["file"] == "" {
		x.hold(e)
		return
	}
	// Its result is a code of the service, not of HTTP.
	delete(e.Detail, "result")
	e.Detail["cluster"] = cluster
	if id = strings.TrimSuffix(id, ")"); id != "" {
		e.Detail["cluster_id"] = id
	}
	if p := x.pending; p != nil && p.Name == "proxy_fetch" && p.Detail["file"] == "" {
		for k, v := range e.Detail {
			p.Detail[k] = v
		}
		p.Phone, p.EndLine = e.Phone, line
		p.Text += "\n" + e.Text
		return
	}
	x.hold(e)
}

// served: "File Found - 200 - Success", "Requested file FOUND" and the path
// are one; it is dated by the answer to the phone.
func (x *session) served(r *record, line int) {
	e := x.make(r, line, "file_served")
	x.tftp.miss = nil
	if id := e.Detail["id"]; id != "" {
		x.tftpPeer(e)
		e.Detail["file"] = x.tftp.sent[e.Detail["peer"]]
		delete(x.tftp.sent, e.Detail["peer"])
		if e.Detail["file"] == "" {
			e.Detail["file"] = e.Detail["actual"]
		}
		e.Phone = lines.Device(e.Detail["file"])
		x.send(e)
		return
	}
	x.ofRequest(e)
	if a := e.Detail["actual"]; a != "" {
		e.Detail["file"] = cacheName(a)
		e.Phone = lines.Device(e.Detail["file"])
	}
	if p := x.pending; p != nil && p.Name == "file_served" && p.Detail["actual"] == "" {
		for k, v := range e.Detail {
			p.Detail[k] = v
		}
		p.Phone, p.EndLine = e.Phone, line
		if e.Detail["actual"] == "" {
			p.Clock = e.Clock
		}
		p.Text += "\n" + e.Text
		return
	}
	x.hold(e)
}

// cacheName is the name under which a file was asked for: the cache of a proxy
// puts the number of the transaction behind it.
func cacheName(path string) string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if i := strings.LastIndexByte(base, '.'); i > 0 && strings.Contains(path, "/tftpcache/") && strings.Trim(base[i+1:], "0123456789") == "" {
		base = base[:i]
	}
	return base
}
