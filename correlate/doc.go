// Package correlate judges a case: it turns evidence into one verdict a phone.
//
// What comes in: an [evidence.Bundle], whatever number of inputs it was decoded
// from. What goes out: a [Report]. Between them lie, in this order, phones
// (whose evidence is it), clocks (one scale for all sources, measured from
// events that two of them saw), attempts (each file a phone asked for and what
// became of it), states (what the phone held before and after), questions
// (named, with the answers yes, no and unknown), rules (findings over
// questions), the deletion gate, and arbitration.
//
//	bundle, err := evidence.Read(file)
//	report := correlate.Judge(bundle, correlate.Options{})
//
// A large fleet is never in memory at once. Its phones are found with one look at
// every event; then each is opened twice, in the order of names: to note what
// others have to know of it (what servers offered, who used an address), and to be
// judged. In between it is folded to the numbers of its events.
//
// Two principles hold everywhere. A statement rests on evidence with a place.
// And what nobody proved is unknown, which the type [Tri] makes the default:
// an unknown answer leads to an inconclusive verdict and to what to collect,
// never to a guess.
//
// The package knows no bytes: it imports no decoder, so that evidence can be
// judged where no capture is.
package correlate
