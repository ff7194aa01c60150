// Package intake turns the paths of a command line into inputs that can be
// decoded one at a time.
//
// What comes in: files, folders, archives and "-" for standard input. What
// goes out, folders sorted by name and archives in their own order: one [Input]
// for each file and each archive member, with a name, a way to open it and what
// its name tells; and, in the same stream, one Input with a [Problem] for each path or
// member that cannot be entered.
//
//	plan := intake.List([]string{"case"}, intake.Options{})
//	err := plan.Walk(ctx, func(in intake.Input) error {
//		defer in.Done()
//		...
//	})
//
// For a folder `case` with `phone.pcap` and `bundle.tgz` this gives the names
// `bundle.tgz!/tvs/sdi/tvs00000001.txt` and `phone.pcap`: relative to the
// argument, with `/`, members after `!/`. When two arguments would give the
// same name, as many folders of the arguments are put before it as it takes to
// tell them apart.
//
// Files whose names tell that one capture was rotated into them (series.go), and
// whose first packets follow each other as the names do, are one Input with
// Parts: in a folder or among the arguments, in a zip archive, and in a tar
// archive when they are small and stand beside each other.
// So are the numbered files of one trace of a server, when all are of one
// dialect; in a tar archive large ones are held compressed until all are there.
//
// Archives are recognised by content: zip, tar, and gzip around either of them
// or around one file, one in another up to a limit. Gzip around one file is no
// level of its own: `SDL001_100_000001.txt.gz` is the name of the text in it,
// and a compressed capture is handed on as it is, because package pcap unpacks
// it. Whatever ends early or is damaged keeps what came before. 7z, rar, xz
// and the like are named with advice.
//
// Nothing is unpacked to disk and no member name is ever used as a path: tar
// and gzip are read as streams, zip through its directory. A zip inside
// another archive needs random access and is held in memory, or beyond
// spoolMemory in a temporary file that is gone when its members are done. What
// an archive may unpack to, how deep and into how many members is bounded by
// the constants of limits.go.
//
// The package knows no capture, log or list: what an input is, is for its
// decoder to say.
package intake
