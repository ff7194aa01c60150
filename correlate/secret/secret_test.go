package secret

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"trustline/correlate/evidence"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		`<sshUserId>adm7</sshUserId><sshPassword>a b&amp;c</sshPassword>`:    `<sshUserId>[secret]</sshUserId><sshPassword>[secret]</sshPassword>`,
		`<vendorConfig><adminPassword>c4nary`:                                `<vendorConfig><adminPassword>[secret]`,
		`<phonePassword  x="1">c4nary</phonePassword> <load>SIP45</load>`:    `<phonePassword  x="1">[secret]</phonePassword> <load>SIP45</load>`,
		`<sshPassword></sshPassword>`:                                        `<sshPassword></sshPassword>`,
		`00:00:02.600 | debug authString = 4711`:                             `00:00:02.600 | debug authString = [secret]`,
		`00:00:02.600 | Authentication String: 4711, device SEP001122334455`: `00:00:02.600 | Authentication String: [secret], device SEP001122334455`,
		`auth_str=[4711] mode=1`:                                             `auth_str=[[secret]] mode=1`,
		`user=admin Password=open sesame state=3`:                            `user=admin Password=[secret] state=3`,
		`{"password": "a \tb", "user": "u"}`:                                 `{"password": "[secret]", "user": "u"}`,
		`password is c4nary`:                                                 `password is [secret]`,
		`username admin password 7 094F471A1A0A`:                             `username admin password 7 [secret]`,
		`enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0`:                     `enable secret 5 [secret]`,
		`ssh admin passwd c4nary!`:                                           `ssh admin passwd [secret]`,
		`GET /x?user=a&password=c4nary&b=1`:                                  `GET /x?user=a&password=[secret]&b=1`,
		`fetch http://admin:c4nary@10.1.1.1/x`:                               `fetch http://admin:[secret]@10.1.1.1/x`,
		`REGISTER sip:2001:c4nary@cucm`:                                      `REGISTER sip:2001:[secret]@cucm`,
		"Authorization: Digest username=\"u\", response=\"c4nary\"\r\nTo: x": "Authorization: [secret]\r\nTo: x",
		`PIN: 12345`:                                                                       `PIN: [secret]`,
		`the pin is 12345`:                                                                 `the pin is [secret]`,
		`-CAPF: AuthString C4NARY12 len 8`:                                                 `-CAPF: AuthString [secret] len 8`,
		`CAPF auth-string 4711 accepted`:                                                   `CAPF auth-string [secret] accepted`,
		`auth string entered by user: 4711`:                                                `auth string entered by user: [secret]`,
		`Password for user admin : c4nary`:                                                 `Password for user admin : [secret]`,
		`setPassword(c4nary)`:                                                              `setPassword([secret])`,
		`password C4NARY1`:                                                                 `password [secret]`,
		`Set-Cookie: JSESSIONIDSSO=c4nary; Path=/`:                                         `Set-Cookie: [secret]`,
		`CLIENT_RANDOM ` + hex64 + ` C4NARY_that_is_no_hex`:                                `CLIENT_RANDOM ` + hex64 + ` [secret]`,
		`CLIENT_RANDOM ` + hex64 + ` ` + hex64 + hex64[:32]:                                `CLIENT_RANDOM ` + hex64 + ` [secret]`,
		`SERVER_HANDSHAKE_TRAFFIC_SECRET ` + hex64 + ` ` + hex64:                           `SERVER_HANDSHAKE_TRAFFIC_SECRET ` + hex64 + ` [secret]`,
		`    Master-Key: ` + strings.ToUpper(hex64):                                        `    Master-Key: [secret]`,
		"k -----BEGIN RSA PRIVATE KEY----- MIIC4nary -----END RSA PRIVATE KEY----- z":      "k -----BEGIN RSA PRIVATE KEY----- [secret] -----END RSA PRIVATE KEY----- z",
		"-----BEGIN PRIVATE KEY-----\nMIIC4nary\nx":                                        "-----BEGIN PRIVATE KEY-----\n[secret]",
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj":                 "[64 characters of Base64]",
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj and so on it is": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj and so on it is",
	} {
		if got := Text(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		if again := Text(Text(in)); again != Text(in) {
			t.Errorf("%s\nagain %s", in, again)
		}
	}
}

const hex64 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// What findings rest on stays as it was printed.
func TestTextKeepsEvidence(t *testing.T) {
	for _, s := range []string{
		"", "CAPF_OP_FAIL_INVALID_AUTH_STR", "CAPF reason code : 3 (CAPF_OP_FAIL_INVALID_AUTH_STR)", "Invalid Authentication String",
		"two servers do not share the password of their link", "reason password mismatch", "password=mismatch",
		"8074: NOT 23:00:22.33 SECD: EROR:https_cert_vfy: ** Subject: /C=US/O=x/CN=cucm-a1", "Authenticated via TVS", "AUTH_REQ AUTH_RES",
		"b52a6b1f13adc0bf4d5bda2d9b0ac4a8c0e8a9b1", strings.ToUpper(hex64), "the secret agent", "KEY_GEN_REQ", "password: ********",
		"http://10.1.1.11:6970/SEP001122334455.cnf.xml.sgn", "sip:2001@10.1.1.11:5061", "RSA 2048", "capfAuthMode 1",
		"the password was changed at 10:03:08", "auth string mismatch for SEP001122334455", "Authentication String Result : 3",
		"password check for SEP001122334455: failed", "getPassword()", "auth string length 8", "password expected, session 0x123456",
	} {
		if got := Text(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

const key = `-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: DES-EDE3-CBC,C4NARY0000000000

MIIC4NARYAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun
C4NARY==
-----END RSA PRIVATE KEY-----
`

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(Reader(r))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReader(t *testing.T) {
	logged := ""
	for i, l := range strings.Split(strings.TrimSpace(key), "\n") {
		logged += "12:00:0" + string(rune('0'+i)) + " | debug " + l + "\n"
	}
	for name, text := range map[string]string{
		"whole":       "before\n" + key + "after C-NARY\n",
		"dos":         strings.ReplaceAll("before\n"+key+"after\n", "\n", "\r\n"),
		"logged":      "12:00:00 | before\n" + logged + "12:00:09 | after\n",
		"one line":    "before " + strings.ReplaceAll(key, "\n", `\n`) + " after " + strings.ReplaceAll(key, "\n", ` `) + " after\nafter\n",
		"cut":         "before\n" + key[:len(key)-len("-----END RSA PRIVATE KEY-----\n")] + "12:00:09.001 | a line of the log\nafter\n",
		"two":         key + key + "after",
		"far":         strings.Repeat("x ", bufferSize/2-10) + "\n" + key + "after\n",
		"never ended": key[:len(key)-40],
		"long line":   "-----BEGIN PRIVATE KEY-----" + strings.Repeat("C4NARY", 8000) + "\n" + "a b c\nafter",
	} {
		got := read(t, strings.NewReader(text))
		if strings.Contains(got, "C4NARY") || len(got) != len(text) || strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Errorf("%s: %q", name, got[max(0, len(got)-300):])
		}
		for _, word := range []string{"before", "after", "a line of the log"} {
			if strings.Count(got, word) != strings.Count(text, word) {
				t.Errorf("%s: %q is not in %q", name, word, got[max(0, len(got)-300):])
			}
		}
		slowly := iotest.OneByteReader(strings.NewReader(text))
		if len(text) > 4<<10 {
			slowly = iotest.HalfReader(strings.NewReader(text))
		}
		if slow := read(t, slowly); slow != got {
			t.Errorf("%s: slowly it is\n%.600q\nnot\n%.600q", name, slow, got)
		}
		b := []byte(text)
		if Blot(b); string(b) != got {
			t.Errorf("%s: Blot gives another text", name)
		}
	}
	for _, s := range []string{"", "PRIVATE KEY", "the PRIVATE KEY-----\nof a certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nPRIVATE KEY", strings.Repeat("abc\n", 60000)} {
		if got := read(t, strings.NewReader(s)); got != s {
			t.Errorf("%.60q became %.60q", s, got)
		}
	}
	if _, err := io.ReadAll(Reader(iotest.ErrReader(io.ErrUnexpectedEOF))); err != io.ErrUnexpectedEOF {
		t.Errorf("the error became %v", err)
	}
}

// TestDetail: what was read from a line stands without the name that it had
// there.
func TestDetail(t *testing.T) {
	e := evidence.Event{
		Text:   `%UC_LOGIN-4-AuthenticationFailed: %[UserID=bob][Password=C4NARY1]: failed; auth string "C4NARY2"`,
		Detail: map[string]string{"user_id": "bob", "password": "C4NARY1", "value": "C4NARY2", "alarm": "AuthenticationFailed", "authentication_string": "7 characters"},
	}
	if !Event(&e) {
		t.Error("nothing was found")
	}
	want := map[string]string{"user_id": "bob", "password": Mask, "value": Mask, "alarm": "AuthenticationFailed", "authentication_string": "7 characters"}
	for k, v := range want {
		if e.Detail[k] != v {
			t.Errorf("%s is %q, want %q", k, e.Detail[k], v)
		}
	}
}

// TestDump: a row of a dump that belongs to no message is not shown.
func TestDump(t *testing.T) {
	in := evidence.Input{Samples: []evidence.Sample{{Text: "0b 00 05 34 37 31 31 00"}, {Text: "SHA1: a1 b2 c3 d4"}}}
	Input(&in)
	if got := in.Samples[0].Text; got != "[octets in hexadecimal]" {
		t.Errorf("got %q", got)
	}
	if got := in.Samples[1].Text; got != "SHA1: a1 b2 c3 d4" {
		t.Errorf("got %q", got)
	}
}

func TestBundle(t *testing.T) {
	const line = "password=C4NARY"
	b := &evidence.Bundle{
		Header:   evidence.Header{Inputs: []evidence.Input{{Samples: []evidence.Sample{{Text: line}}, Problems: []evidence.Problem{{What: line}}}}},
		Events:   []evidence.Event{{Text: line, Detail: map[string]string{"said": line}, Transfer: &evidence.Transfer{File: "/x?" + line, Error: line}}},
		Facts:    []evidence.Fact{{Value: line}},
		Coverage: []evidence.Coverage{{Note: line}},
		Objects:  []evidence.Object{{List: &evidence.List{File: line, Asserted: []string{line}, Problems: []string{line}}}, {Config: &evidence.Config{File: line}}, {Certificate: &evidence.Certificate{Problem: line}}},
	}
	Bundle(b)
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "C4NARY") || strings.Count(s, Mask) != 13 {
		t.Errorf("%d masks in %s", strings.Count(s, Mask), s)
	}
}

// Clean is ValidText and Event at once.
func TestClean(t *testing.T) {
	event := func() *evidence.Event {
		return &evidence.Event{
			Phone: "SEP\xff", Address: "\xfe", Server: "\xfd", Text: "password=C4NARY \xff", Clock: &evidence.Clock{Text: "12:00\xff"},
			Detail:   map[string]string{"said": "password=C4NARY", "odd": "\xffpassword=C4NARY", "hex": "password=C4NARY\xff", "response_hex": "password=C4NARY", "plain": "é"},
			Transfer: &evidence.Transfer{File: "/x?password=C4NARY\xff", Error: "password=C4NARY\xff"},
		}
	}
	got, want := event(), event()
	Clean(got)
	want.ValidText()
	Event(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Detail["odd"] != `\xff`+"password="+Mask || got.Detail["hex"] != `password=C4NARY\xff` {
		t.Errorf("%q", got.Detail)
	}
	Clean(&evidence.Event{})
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(key), []byte("after"))
	f.Add([]byte("a -----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----"), []byte("\n"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		text := append(a, b...)
		got, err := io.ReadAll(Reader(iotest.HalfReader(bytes.NewReader(text))))
		if err != nil || len(got) != len(text) || bytes.Count(got, []byte("\n")) != bytes.Count(text, []byte("\n")) {
			t.Fatalf("%q became %q, %v", text, got, err)
		}
		Text(string(text))
	})
}

func BenchmarkText(b *testing.B) {
	const line = "8074: NOT 23:00:22.336742 SECD: clpTvsTask: -TVS_CERT_AUTH: server [10.1.1.11], authenticated via TVS <port 2445>, certificate serial 0adc6e7742914a53"
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		Text(line)
	}
}
