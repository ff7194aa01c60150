// Package lines is the ground that phonelog and tvstrace stand on: it cuts a
// byte stream of any encoding into whole lines, splits lines on which an
// author or a browser glued several records together, keeps the clock of a
// source that prints no date, and tallies what nobody knows.
//
//	r := lines.NewReader(f)
//	for r.Next() {
//		for n, l := range lines.Lines(r.Chunk()) {
//			fmt.Printf("%d %s\n", r.Line()+n, l)
//		}
//	}
//
// It does not know a dialect beyond the few bytes by which a record's start is
// recognised, and it matches no message.
package lines
