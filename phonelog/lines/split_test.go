package lines

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	const (
		phone = "7949 NOT 11:04:14.765155  CVM-x"
		colon = "5007: NOT 10:25:10.060663 SECD: y"
		linux = "3233 NOT Nov 29 06:33:59.033132 dgetfile(870)-z"
		sdi   = "18:01:05.333 | debug q"
		sdl   = "00004372.001 |07:28:32.110 |AppInfo  |-->w"
	)
	tests := []struct{ in, want string }{
		{"", "B:"},
		{"   ", "B:"},
		{phone, "P:" + phone},
		{phone + " " + colon, "P:" + phone + "\nP:" + colon},
		{linux + " " + linux, "P:" + linux + "\nP:" + linux},
		{sdi + " " + sdi, "I:" + sdi + "\nI:" + sdi},
		{sdi + " " + phone, "I:" + sdi + "\nP:" + phone},
		{sdl + " " + sdl, "L:" + sdl + "\nL:" + sdl},
		{"\u00a0 " + sdl, "L:" + sdl},
		{"// In the log we see " + phone + " // and then " + sdi, "C:// In the log we see\nP:" + phone + "\nC:// and then\nI:" + sdi},
		{sdi + " ##### time || remark " + sdi, "I:" + sdi + "\nC:##### time || remark\nI:" + sdi},
		{"## a remark", "C:## a remark"},
		{"# source: x", "C:# source: x"},
		{"```", "C:```"},
		{"<< o/p omitted >>", "C:<< o/p omitted >>"},
		{"[...]", "C:[...]"},
		{". . .", "C:. . ."},
		{"ERR 04:27:43.534321 SECD: x", "P:ERR 04:27:43.534321 SECD: x"},
		{"5007&colon; NOT 10&colon;25:10.060663 SECD: y", "P:5007&colon; NOT 10&colon;25:10.060663 SECD: y"},
		// What only looks like a head.
		{"see https://x//y 404 NOT found", "T:see https://x//y 404 NOT found"},
		{"12 NOT 10:25:10.060663 x", "P:12 NOT 10:25:10.060663 x"},
		{"see 12 NOT 10:25:10.060663 x", "T:see 12 NOT 10:25:10.060663 x"},
		{"12345678 NOT 10:25:10.060663 x", "T:12345678 NOT 10:25:10.060663 x"},
		{"1234 NOT 5 of them", "T:1234 NOT 5 of them"},
		{"1234 NOT March is it", "T:1234 NOT March is it"},
		{"at 18:01:05.333 it was", "T:at 18:01:05.333 it was"},
		{"HEX_DUMP: Len = 153:", "T:HEX_DUMP: Len = 153:"},
	}
	for _, tt := range tests {
		var got []string
		for _, p := range Split([]byte(tt.in), nil) {
			got = append(got, string("TPILCB"[p.Kind])+":"+string(p.Text))
		}
		if s := strings.Join(got, "\n"); s != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.in, s, tt.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ in, host, port string }{
		{"10.1.1.1", "10.1.1.1", ""},
		{"10.1.1.1:8443", "10.1.1.1", "8443"},
		{"10.1.1.1~51909", "10.1.1.1", "51909"},
		{"::ffff:10.1.1.1", "10.1.1.1", ""},
		{"2001:db8::1", "2001:db8::1", ""},
		{"[2001:db8::1]:443", "2001:db8::1", "443"},
		{"", "", ""},
	} {
		host, port := HostPort(tt.in)
		if host != tt.host || port != tt.port {
			t.Errorf("%q: %q %q", tt.in, host, port)
		}
	}
	if Join("10.1.1.1", "80") != "10.1.1.1:80" || Join("::1", "80") != "[::1]:80" {
		t.Error("join")
	}
	for in, want := range map[string]string{
		"CTLSEP0011215A1AE3.tlv":      "SEP0011215A1AE3",
		"CP-8861-SEPb000b4ba0aee":     "SEPB000B4BA0AEE",
		"/usr/ram/SEP0011215A1AE3.cn": "SEP0011215A1AE3",
		"SEPXXXXXXXXXXXX.cnf.xml":     "",
		"SEP0011215A1AE34":            "",
		"separate SEP0011215A1AE3":    "SEP0011215A1AE3",
		"":                            "",
	} {
		if got := Device(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
