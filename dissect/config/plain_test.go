package config

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// plainly are configurations of which the quick way must say what the thorough
// one says, or leave them to it. read tells which it must be able to read.
var plainly = []struct {
	text string
	read bool
}{
	{sample, true},
	{`<device/>`, true},
	{"<?xml version=\"1.0\"?>\n<device >\n\t<member priority = \"1\"/></device>\n", false},
	{`<d><tftpServer>a</tftpServer><tftpServer> b"c </tftpServer><x:tftpServer>d</x:tftpServer></d>`, true},
	{`<d><members><callManagerGroup><member x:priority="2"><name>n</name><processNodeName>p</processNodeName></member ></callManagerGroup></members></d>`, true},
	{`<device><loadInformation>a&amp;b</loadInformation></device>`, false},
	{`<device><loadInformation>a<!-- -->b</loadInformation></device>`, false},
	{`<device><loadInformation><![CDATA[a]]></loadInformation></device>`, false},
	{"<device><loadInformation>a\r\nb</loadInformation></device>", false},
	{"<device><loadInformation>\u00e9</loadInformation></device>", false},
	{`<device><loadInformation>a>b</loadInformation></device>`, false},
	{`<device><loadInformation>`, false},
	{`<device></other></device>`, true},
	{`<device><a><b></a></device>`, true},
	{`</device><device></device>`, true},
	{`<device a='1'></device>`, false},
	{`<device a></device>`, false},
	{`<a:b:c></a:b:c>`, false},
	{`<:a></:a>`, false},
	{`<device`, false},
	{`<?xml version="1.1"?><device></device>`, false},
	{`text<device></device>text`, true},
	{``, false},
	{`text`, false},
	{strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth), true},
	{strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1), false},
	{`<loadInformation>` + strings.Repeat("x", maxText) + `</loadInformation>`, true},
	{`<loadInformation>` + strings.Repeat("x", maxText+1) + `</loadInformation>`, true},
}

func same(t *testing.T, b []byte) (read bool) {
	t.Helper()
	quick := parsePlain(string(b))
	if quick == nil {
		return false
	}
	if c, err := parseAny(b); err != nil || !reflect.DeepEqual(quick, c) {
		t.Errorf("%.300q\ngot  %+v\nwant %+v, %v", b, quick, c, err)
	}
	return true
}

func TestParsePlain(t *testing.T) {
	for _, x := range plainly {
		if read := same(t, []byte(x.text)); read != x.read {
			t.Errorf("%.80q: read %v, want %v", x.text, read, x.read)
		}
	}
}

// What is kept does not hold the file that it was read from.
func TestParseDetaches(t *testing.T) {
	text := []byte(sample)
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		text[i] = '#'
	}
	want, _ := Parse([]byte(sample))
	if !reflect.DeepEqual(c, want) {
		t.Errorf("%+v changed with its file", c)
	}
}

func FuzzParsePlain(f *testing.F) {
	for _, x := range plainly {
		f.Add([]byte(x.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) { same(t, bytes.TrimLeft(b, "\ufeff \t\r\n\x00")) })
}

func BenchmarkParse(b *testing.B) {
	text := []byte(sample)
	for name, parse := range map[string]func([]byte) (*Config, error){"plain": Parse, "any": parseAny} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
