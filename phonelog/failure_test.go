package phonelog

import (
	"fmt"
	"strings"
	"testing"
)

// attempt is the failed connection of Cisco TechNote 118699, with other
// numbers; from each line on, the sockets and the server as given.
func attempt(seq int, second int, server string, c, s int) []string {
	sockets := fmt.Sprintf("<%s> c:%d s:%d", server, c, s)
	var out []string
	for i, l := range []string{
		"NOT SECD: clpSetupSsl: Trying to connect to IPV4, IP: " + server + ", Port : 2445",
		"NOT SECD: clpSetupSsl: TCP connect() waiting, " + sockets + " port: 2445",
		"NOT SECD: clpSetupSsl: TCP connected, " + sockets,
		"NOT SECD: clpSetupSsl: start SSL/TLS handshake, " + sockets,
		"ERR SECD: EROR:clpState: SSL3 alert read:fatal:handshake failure:<" + server + ">",
		"ERR SECD: EROR:clpState: SSL_connect:failed in SSLv3 read server hello A:<" + server + ">",
		"ERR SECD: EROR:clpSetupSsl: ** SSL handshake failed, " + sockets,
		"ERR SECD: EROR:clpSetupSsl: SSL/TLS handshake failed, " + sockets,
		"ERR SECD: EROR:clpSetupSsl: SSL/TLS setup failed, " + sockets,
		"ERR SECD: EROR:clpSndStatus: SSL CLNT ERR, srvr<" + server + ">",
	} {
		level, text, _ := strings.Cut(l, " ")
		out = append(out, fmt.Sprintf("%d: %s 10:25:%02d.%06d %s", seq+i, level, second, 60663+i, text))
	}
	return out
}

// failures gives the failed connections of a log: "line-endline server state".
func failures(t *testing.T, log []string) (out []string) {
	t.Helper()
	log = append([]string{}, log...)
	for i, l := range log { // interleaved records are numbered as they come
		_, rest, _ := strings.Cut(l, ":")
		log[i] = fmt.Sprintf("%d:%s", 5000+i, rest)
	}
	_, events, sum := scan(t, strings.Join(log, "\n"))
	if sum.Unknown != strings.Count(strings.Join(log, "\n"), "nobody knows") {
		t.Errorf("unknown: %+v", sum.Samples)
	}
	for _, e := range events {
		if e.Name == "tls_handshake_failed" {
			out = append(out, fmt.Sprintf("%d-%d %s %s", e.Line, e.EndLine, e.Detail["server"], e.Detail["openssl_state"]))
		}
	}
	return out
}

// One failed connection is one record, with the place from its first line to
// its last, whatever stands between and however much of it was cut.
func TestFailureIsOneRecord(t *testing.T) {
	const state = "SSLv3 read server hello A"
	one := attempt(5007, 10, "192.168.136.6", 14, 15)
	two := attempt(5017, 10, "192.168.136.7", 16, 17)
	again := attempt(5017, 10, "192.168.136.6", 14, 15)
	noise := func(log []string, n int) (out []string) {
		for i, l := range log {
			out = append(out, l)
			for j := range n {
				out = append(out, fmt.Sprintf("%d: NOT 10:25:10.060663 CVM-nobody knows this", 6000+20*i+j))
			}
		}
		return out
	}
	var mixed []string
	for i := range one {
		mixed = append(mixed, one[i], two[i])
	}
	for _, tt := range []struct {
		name string
		log  []string
		want string
	}{
		{"as published", one, "6-9 192.168.136.6 " + state},
		{"other processes between", noise(one, 3), "21-33 192.168.136.6 " + state},
		{"many other lines between", noise(one, 10), "56-89 192.168.136.6 " + state},
		{"two servers, one after the other", append(append([]string{}, one...), two...), "6-9 192.168.136.6 " + state + "\n16-19 192.168.136.7 " + state},
		{"two servers at once", mixed, "11-17 192.168.136.6 " + state + "\n12-18 192.168.136.7 " + state},
		{"one server twice", append(append([]string{}, one...), again...), "6-9 192.168.136.6 " + state + "\n16-19 192.168.136.6 " + state},
		{"one server twice, errors only", append(append([]string{}, one[4:]...), again[4:]...), "2-5 192.168.136.6 " + state + "\n8-11 192.168.136.6 " + state},
		{"one server twice, the first cut short", append(append([]string{}, one[:7]...), again...), "6-7 192.168.136.6 " + state + "\n13-16 192.168.136.6 " + state},
		{"the state was cut", one[6:], "1-3 192.168.136.6 "},
		{"the last line only", one[8:], "1-1 192.168.136.6 "},
	} {
		if got := strings.Join(failures(t, tt.log), "\n"); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	// The same without addresses, as a mirror printed it.
	bare := strings.ReplaceAll(strings.Join(one, "\n"), "192.168.136.6", "")
	if got := failures(t, strings.Split(bare, "\n")); len(got) != 1 || got[0] != "6-9  "+state {
		t.Errorf("without addresses: %q", got)
	}
}

// The events of the two failed attempts, in order.
func TestFailedThenNext(t *testing.T) {
	log := append(attempt(5007, 10, "192.168.136.6", 14, 15), attempt(5017, 11, "192.168.136.7", 14, 15)...)
	got, events, _ := scan(t, strings.Join(log, "\n"), "server")
	same(t, got, `
1 tvs_connect_attempt server=192.168.136.6
3 tcp_connected server=192.168.136.6
4 tls_handshake_start server=192.168.136.6
5 tls_alert_received server=192.168.136.6
6 tls_handshake_failed server=192.168.136.6
10 ssl_client_error server=192.168.136.6
11 tvs_connect_attempt server=192.168.136.7
13 tcp_connected server=192.168.136.7
14 tls_handshake_start server=192.168.136.7
15 tls_alert_received server=192.168.136.7
16 tls_handshake_failed server=192.168.136.7
20 ssl_client_error server=192.168.136.7`)
	e := events[4]
	if strings.Count(e.Text, "\n") != 3 || e.Clock.Text != "10:25:10.060669" || e.Detail["client_socket"] != "14" {
		t.Errorf("%+v at %+v", e, e.Clock)
	}
}

// Transfers of the Linux phones: results that belong to their requests, said
// once each, when two run at the same time.
func TestTransfersInParallel(t *testing.T) {
	_, events, sum := scan(t, `1 NOT Mar 09 18:32:37.1 (339:1) downd-GETXXTP [GT339][src=A.tlv][dest=/tmp/A][serv=][serv6=][sec=0]
2 NOT Mar 09 18:32:37.2 (339:2) downd-GETXXTP [GT339][src=B.xml][dest=/tmp/B][serv=][serv6=][sec=2]
3 NOT Mar 09 18:32:37.3 (339:1) downd-XXTP actualserver [192.0.2.1]
4 NOT Mar 09 18:32:37.3 (339:2) downd-XXTP actualserver [192.0.2.2]
5 NOT Mar 09 18:32:37.3 (339:8) downd-XXX arg[2] 192.0.2.2
6 NOT Mar 09 18:32:37.3 (339:8) downd-XXX arg[4] B.xml.sgn
7 NOT Mar 09 18:32:37.4 (8:8) GHTTP-hdr->HTTP/1.1 200 OK
8 NOT Mar 09 18:32:37.4 (8:8) GHTTP-hdr->Content-length: 77
9 NOT Mar 09 18:32:37.5 (339:1) downd-XXTP complete - status = 2
10 NOT Mar 09 18:32:37.6 (339:2) downd-XXTP complete - status = 100
11 NOT Mar 09 18:32:37.7 (339:1) downd-DDGETTFTP.RESULT [_2_  File not found
	]
12 NOT Mar 09 18:32:37.8 (339:2) downd-DDGETTFTP.RESULT [_100_  HTTP NO ERROR
	]
13 NOT Mar 09 18:32:37.9 (339:3) downd-GETXXTP [GT339][src=C.xml][dest=/tmp/C][serv=][serv6=][sec=2]
14 NOT Mar 09 18:32:38.0 (339:3) downd-XXTP complete - status = 100
`)
	var got []string
	for _, e := range events {
		got = append(got, strings.Join(strings.Fields(fmt.Sprint(e.Line, " ", e.Name, " ", e.Detail["file"], " ", e.Server, " ", e.Detail["bytes"])), " "))
		if e.Detail["pid"] != "" {
			t.Errorf("%+v", e.Detail)
		}
	}
	same(t, got, `
1 file_request A.tlv
2 file_request B.xml
7 http_ok B.xml.sgn 192.0.2.2
9 file_not_found A.tlv 192.0.2.1
10 file_download_done B.xml 192.0.2.2 77
15 file_request C.xml
16 file_download_done C.xml`)
	if sum.Unknown != 0 {
		t.Errorf("%+v", sum.Samples)
	}
}
