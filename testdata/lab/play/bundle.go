package play

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"trustline/testdata/lab/wire"
)

// A Pack is a case as people send it: an archive, and the same files unpacked.
type Pack struct {
	Zip   []byte
	Files map[string][]byte // by name in the archive
	Story *Story
}

// fleetSize is the number of phones of [Bundle].
const fleetSize = 40

// Bundle is what the administrator of a site sends: a zip of the folders that RTMT
// makes of three nodes,
//
//	NODE/DATE_TIME/cm/trace/tvs/sdi/tvs00000001.txt.gz
//
// with every trace rotated in several parts, so that a connection number bound in
// one part is used in the next; the problem report of one phone,
// prt-YYYYMMDD-HHMMSS-MAC.tar.gz; the console logs of the others; and a capture
// rotated in three. The site is that of the plan "fleet". The members of the zip carry
// no time, so that the archive tells no more than the folder made of it.
func Bundle() (*Pack, error) { return Fleet(fleetSize) }

// Fleet is the archive of [Bundle] from a site of n phones, 1 to 235.
func Fleet(n int) (*Pack, error) {
	p := fleetPlan(n)
	w, s, err := p.play()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	const stamp = "2013-06-18_07-05-00"
	for _, n := range w.clusters["a"].nodes {
		if n.Runs&TVS != 0 && n.traces[tvsTrace] == nil {
			idle(n.trace(tvsTrace), p.Phones)
		}
		for name, t := range n.traces {
			for i, part := range rotate(t.lines(), 3) {
				files[fmt.Sprintf("%s/%s/cm/trace/%s/sdi/%s%08d.txt.gz", n.Name, stamp, name, name, i+1)] = squeeze(join(part, false, time.Time{}))
			}
		}
	}
	files["cucm-a1/"+stamp+"/syslog/CiscoSyslog"] = []byte(w.syslog())
	files["case.facts"] = []byte(strings.Join(p.Facts, "\n") + "\n")
	for i, st := range w.stations {
		console := join(st.console, false, time.Time{})
		if i == 0 {
			files["phones/prt-20130618-064500-"+st.plan.Name[3:]+".tar.gz"] = squeeze(tarball(map[string][]byte{
				"messages": console, "status-messages.txt": join(st.status, false, time.Time{})}))
			continue
		}
		files["phones/"+st.plan.Name+"-console.log"] = console
	}
	packets := w.packets.Packets()
	for i, part := range thirds(packets) {
		name := fmt.Sprintf("capture/span_%05d_%s.pcap", i+1, part[0].At.In(EDT).Format("20060102150405"))
		files[name] = wire.Classic(part, 0)
	}
	archive, err := pack(files)
	return &Pack{Zip: archive, Files: files, Story: s}, err
}

// idle writes the trace of a server that no phone reached: it wakes up every
// minute from the first boot to the last and finds nothing to do.
func idle(t *trace, phones []Phone) {
	first, last := phones[0].Events[0].At, phones[0].Events[0].At
	for _, ph := range phones {
		for _, e := range ph.Events {
			if e.At.Before(first) {
				first = e.At
			}
			if e.At.After(last) {
				last = e.At
			}
		}
	}
	for at := first.Add(-time.Minute); at.Before(last.Add(5 * time.Minute)); at = at.Add(time.Minute) {
		t.say(at, "-->debug")
		t.say(at, "  debug Recd event")
		t.say(at, "<--debug")
	}
}

// rotate cuts a trace before the message of a phone whose connection was announced
// in the part before.
func rotate(rows []row, parts int) (out [][]row) {
	for i := parts; i > 1; i-- {
		cut := len(rows) / i
		for cut < len(rows) && !strings.Contains(rows[cut].text, ":UNKNOWN:Incoming Phone Msg") && !strings.Contains(rows[cut].text, "isReadRequest") {
			cut++
		}
		if cut == len(rows) { // nobody spoke
			cut /= i
		}
		out, rows = append(out, rows[:cut]), rows[cut:]
	}
	return append(out, rows)
}

func thirds(p []wire.Packet) [3][]wire.Packet {
	n := len(p) / 3
	return [3][]wire.Packet{p[:n], p[n : 2*n], p[2*n:]}
}

// packed is the time of the members of the problem report and in gzip heads.
var packed = time.Date(2013, 6, 18, 11, 5, 0, 0, time.UTC)

func squeeze(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.ModTime = packed
	z.Write(data)
	z.Close()
	return b.Bytes()
}

func sorted(files map[string][]byte) (names []string) {
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func tarball(files map[string][]byte) []byte {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for _, n := range sorted(files) {
		t.WriteHeader(&tar.Header{Name: n, Mode: 0o644, Size: int64(len(files[n])), ModTime: packed, Format: tar.FormatUSTAR})
		t.Write(files[n])
	}
	t.Close()
	return b.Bytes()
}

func pack(files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range sorted(files) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: n, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(f, bytes.NewReader(files[n])); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
