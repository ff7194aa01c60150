package trustlist

import (
	"strconv"
	"strings"
)

// ParseListings finds every pasted `show itl` and `show ctl` in a text and
// gives what each says in the form that Parse gives of the file itself. What a
// listing does not print stays empty: keys, certificates, the digest algorithm,
// and with them any verdict of our own; Asserted has the CLI's. It takes
// listings whose line breaks, tabs or parts are lost, that are interrupted by
// prose, or that begin at a record: Partial tells the latter. Line and EndLine
// count from 1.
func ParseListings(text []byte) []*File {
	pieces, left := regions(text)
	var a assembler
	for _, r := range pieces {
		p, err := parsePage(r.text)
		if err != nil && a.cur != nil {
			a.cur.f.problem("line %d: %v", r.line, err)
		}
		if p == nil {
			continue
		}
		for _, it := range p.Items {
			a.item(it, r.line+it.Pos.Line-1)
		}
	}
	a.close()
	if left > 0 && len(a.done) > 0 {
		last := a.done[len(a.done)-1]
		last.Problems = append(last.Problems, "line "+strconv.Itoa(left)+": more listings than are read of one text")
	}
	return a.done
}

// assembler makes listings of items. It knows in which order a listing prints
// them, and begins a new one when an item cannot follow what was there.
type assembler struct {
	done []*File
	cur  *draft

	command     string // of the last prompt, and where
	commandLine int
	version     string // the last one seen: it says nothing until HeaderLength follows
	versionLine int
}

// draft is the listing that is being read.
type draft struct {
	f      *File
	rec    *Record // the record that rows go to; nil in the header
	seen   map[int]bool
	last   int // line of the last item
	ended  bool
	when   bool // a modification time was printed
	signed bool // some record says whether it signed
	value  *value
}

func (a *assembler) item(it *item, line int) {
	if a.cur != nil && a.cur.value != nil {
		v := a.cur.value
		switch {
		case it.EOL != "":
			v.lines += len(it.EOL)
			return
		case it.Text != "" && strings.TrimSpace(it.Text) == "":
			return
		case it.Text != "" && v.more(it.Text):
			a.cur.last = line
			return
		}
		a.cur.endValue()
	}
	switch {
	case it.Row != nil:
		a.row(it.Row, line)
	case it.Record != "":
		a.record(it.Record, line)
	case it.Command != "":
		a.close()
		a.command, a.commandLine = it.Command, line
	case it.Checksum != "":
		d := a.current(it.Checksum, line, func(d *draft) bool { return d.preamble() })
		d.last = line
	case it.MD5 != "":
		if d := a.cur; d != nil && d.f.MD5 == "" && !d.inTables() {
			d.f.MD5, d.last = strings.ToLower(it.MD5[:32]), line
		}
	case it.SHA1 != "":
		if d := a.cur; d != nil && d.f.SHA1 == "" && !d.inTables() {
			d.f.SHA1, d.last = strings.ToLower(it.SHA1[:40]), line
		}
	case it.Length != "":
		d := a.current(it.Length, line, func(d *draft) bool { return d.f.Length == 0 && !d.when && !d.inTables() })
		d.f.Length, d.last = lastNumber(it.Length), line
	case it.Modified != nil:
		d := a.current(it.Modified.Sentence, line, func(d *draft) bool { return !d.when && !d.inTables() })
		d.f.Modified, d.when, d.last = strings.TrimSpace(it.Modified.When), true, line
	case it.Title != "":
		a.current(it.Title, line, func(d *draft) bool { return !d.inTables() }).last = line
	case it.Version != "":
		a.version, a.versionLine = strings.TrimSpace(strings.TrimPrefix(it.Version, "Version:")), line
	case it.Header != "":
		d := a.current("", line, func(d *draft) bool { return d.f.HeaderLength == 0 && !d.inTables() })
		d.f.HeaderLength, d.last = lastNumber(strings.TrimSuffix(it.Header, "(BYTES)")), line
		if a.version != "" && line-a.versionLine <= 5 {
			d.f.Version, d.f.Line = a.version, min(d.f.Line, a.versionLine)
		}
	case it.Used != "":
		a.used(it.Used, line)
	case it.Verdict != "":
		a.verdict(it.Verdict, line)
	case it.Missing != "":
		d := a.current(it.Missing, line, func(d *draft) bool { return !d.inTables() })
		d.f.Asserted = append(d.f.Asserted, it.Missing)
		d.f.Missing, d.last = true, line
	case it.Failure != "":
		a.verdict(it.Failure, line)
	}
}

// verdict takes a sentence about the list as a whole. Failures come in pairs,
// "Verification of the ITL file failed." and "Error parsing the ITL file!!"
// (Cisco TechNote 116232), behind the last record, or in place of records, or
// of everything that a list has.
func (a *assembler) verdict(words string, line int) {
	d := a.cur
	failure := failed(words)
	if d == nil && failure && a.command != "" && line-a.commandLine <= 5 && kindOf(a.command) == kindOf(words) {
		d = a.current(words, line, func(*draft) bool { return true })
	}
	if d == nil || d.ended && !(failure && line-d.last <= 2 && len(d.f.Asserted) == 1 && failed(d.f.Asserted[0]) && d.f.Asserted[0] != words) {
		return
	}
	d.f.Asserted = append(d.f.Asserted, words)
	d.last, d.ended = line, true
}

// failed tells that a sentence says that the list does not verify.
func failed(words string) bool {
	return strings.HasPrefix(words, "Verification of ") || strings.HasPrefix(words, "Error parsing ")
}

// preamble reports whether nothing of the listing came yet.
func (d *draft) preamble() bool {
	return d.f.MD5 == "" && d.f.SHA1 == "" && d.f.Length == 0 && !d.when && !d.inTables()
}

func (d *draft) inTables() bool { return len(d.f.Fields) > 0 || len(d.f.Records) > 0 || d.rec != nil }

// current returns the listing that an item belongs to: the open one, unless it
// has ended, is of the other kind, lies too far back, or fits says that the
// item cannot come now.
func (a *assembler) current(words string, line int, fits func(*draft) bool) *draft {
	kind := kindOf(words)
	if d := a.cur; d != nil {
		if !d.ended && line-d.last <= maxGap && (kind == "" || d.f.Kind == "" || d.f.Kind == kind) && fits(d) {
			if d.f.Kind == "" {
				d.f.Kind = kind
			}
			return d
		}
		a.close()
	}
	f := &File{Origin: OriginListing, Kind: kind, SignatureAlgorithm: -1, ModulusCode: -1, Line: line}
	if a.command != "" && line-a.commandLine <= 5 {
		f.Line = a.commandLine
		if f.Kind == "" {
			f.Kind = kindOf(a.command)
		}
	}
	a.command = ""
	a.cur = &draft{f: f, seen: map[int]bool{}, last: line}
	return a.cur
}

func kindOf(words string) string {
	words = strings.ToUpper(words)
	switch {
	case strings.Contains(words, "ITL"):
		return KindITL
	case strings.Contains(words, "CTL"):
		return KindCTL
	}
	return ""
}

func (a *assembler) record(words string, line int) {
	number := lastNumber(words)
	d := a.current(words, line, func(d *draft) bool {
		return d.rec == nil || number > d.rec.Number
	})
	d.begin(number)
	d.last = line
}

// begin opens a record and puts the one before it away.
func (d *draft) begin(number int) {
	d.endRecord()
	d.rec = &Record{Number: number}
	clear(d.seen)
}

func (d *draft) endRecord() {
	if d.rec == nil {
		return
	}
	if len(d.f.Records) < maxRecords {
		d.f.Records = append(d.f.Records, *d.rec)
	} else if len(d.f.Records) == maxRecords {
		d.f.problem("more than %d records; the rest is not read", maxRecords)
	}
}

func (a *assembler) row(r *row, line int) {
	tag, label, length := splitHead(r.Head)
	inHeader, known := section(tag, label)
	if !known && (a.cur == nil || a.cur.ended || !a.cur.inTables() || line-a.cur.last > 2) {
		return // some other table
	}
	var d *draft
	switch {
	case !known:
		d = a.cur
		inHeader = d.rec == nil
	case inHeader:
		d = a.current("", line, func(d *draft) bool { return d.rec == nil && !d.seen[tag] })
	default:
		d = a.current("", line, func(*draft) bool { return true })
		// Rows whose heading is lost open the record themselves.
		if d.rec == nil || d.seen[tag] && tag == tagRecordLength {
			number := 1
			if d.rec != nil {
				number = d.rec.Number + 1
			}
			d.begin(number)
		}
	}
	d.last = line
	if d.seen[tag] {
		d.f.problem("line %d: %stag %d %s occurs again; the first counts", line, d.where(), tag, label)
		return
	}
	d.seen[tag] = true
	if !known {
		d.f.problem("line %d: %stag %d %s is not known", line, d.where(), tag, label)
	}
	fields := &d.f.Fields
	if d.rec != nil {
		fields = &d.rec.Fields
	}
	if len(*fields) < maxFields {
		*fields = append(*fields, Field{Tag: tag, Length: length})
	}
	d.value = newValue(tag, length, inHeader, known, line)
	d.value.more(r.Value)
}

func (d *draft) where() string {
	if d.rec == nil {
		return "header "
	}
	return "record " + strconv.Itoa(d.rec.Number) + ": "
}

func (a *assembler) used(words string, line int) {
	d := a.cur
	if d == nil || d.ended || d.rec == nil {
		return
	}
	d.signed = true
	d.rec.SaidUnused = strings.Contains(words, "not used")
	d.rec.SignedThis = !d.rec.SaidUnused
	d.last = line
}

// close puts the open listing away.
func (a *assembler) close() {
	d := a.cur
	a.cur = nil
	if d == nil {
		return
	}
	d.endValue()
	d.endRecord()
	f := d.f
	f.EndLine = d.last
	if f.Kind == "" && len(f.Records) > 0 {
		f.Kind = f.kindByRecords()
	}
	if !d.signed {
		f.markSigner()
	}
	d.complete()
	f.finishProblems()
	a.done = append(a.done, f)
}

// complete tells a whole listing from a part: header and records from 1 on
// without a gap, as long as the file.
func (d *draft) complete() {
	f := d.f
	if f.Missing {
		return
	}
	sum := f.HeaderLength
	f.Partial = f.HeaderLength == 0 || f.Signer.Serial == ""
	for i, r := range f.Records {
		f.Partial = f.Partial || r.Number != i+1 || r.Length == 0
		sum += r.Length
	}
	switch {
	case f.Length == 0:
		f.Partial = f.Partial || !d.ended
	case sum < f.Length:
		f.Partial = true
	case sum > f.Length && !f.Partial:
		f.problem("header and records take %d octets, the file has %d", sum, f.Length)
	}
}

// lastNumber returns the number at the end of a piece that ends in one.
func lastNumber(s string) int {
	s = strings.TrimRight(s, " ")
	i := len(s)
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	n, err := strconv.Atoi(s[i:])
	if err != nil {
		return 0
	}
	return n
}
