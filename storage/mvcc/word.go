package mvcc

// A Word is the version word of a record. The zero Word is visible to nobody:
// it belongs to a record that has not been written yet.
type Word uint64

const (
	ownedBit  = 1 << 63
	abortBits = 16

	// Dead is the word of a record that does not exist. No transaction has the
	// owner number 0.
	Dead Word = ownedBit

	// MaxTimestamp is the largest commit timestamp: at a million commits a
	// second it lasts four years, at ten thousand four centuries.
	MaxTimestamp = 1<<(63-abortBits) - 2
)

// Committed returns the word of a version committed at a timestamp.
func Committed(timestamp uint64) Word { return Word(timestamp << abortBits) }

// Owned returns the word of a version made by a command of a running
// transaction.
func Owned(owner, command uint32) Word {
	return ownedBit | Word(owner)<<32 | Word(command)
}

// IsOwned reports whether a running transaction made the version. It is also
// true for [Dead].
func (w Word) IsOwned() bool { return w&ownedBit != 0 }

// Owner returns the owner number of an owned word.
func (w Word) Owner() uint32 { return uint32(w>>32) &^ (1 << 31) }

// Command returns the command of an owned word.
func (w Word) Command() uint32 { return uint32(w) } //nolint:gosec // the low half

// Timestamp returns the commit timestamp of a committed word.
func (w Word) Timestamp() uint64 { return uint64(w) >> abortBits }

// Restored returns the committed word w as it stands after an owner gave up.
func (w Word) Restored() Word {
	const mask = 1<<abortBits - 1
	return w&^mask | (w+1)&mask
}

// A Sight decides which versions are visible: those committed up to a snapshot,
// and those that commands before a given one of the own transaction made.
type Sight struct {
	limit   uint64
	owner   uint32 // with the top bit, as in the high half of a word
	command uint32
}

// NewSight returns the sight of a snapshot, for an owner's commands below
// command. Owner 0 owns nothing.
func NewSight(snapshot uint64, owner, command uint32) Sight {
	return Sight{limit: limitOf(snapshot), owner: owner | 1<<31, command: command}
}

// dirty is the limit of a sight that sees everything; all committed words are
// below it.
const dirty = ownedBit - 1

func limitOf(snapshot uint64) uint64 { return (snapshot+1)<<abortBits - 1 }

// At returns the same sight at another command.
func (s Sight) At(command uint32) Sight {
	s.command = command
	return s
}

// Renewed returns the same sight of another snapshot.
func (s Sight) Renewed(snapshot uint64) Sight {
	s.limit = limitOf(snapshot)
	return s
}

// Dirty returns a sight that sees what all others have made, committed or not.
func (s Sight) Dirty() Sight {
	s.limit = dirty
	return s
}

// Snapshot returns the newest timestamp that is visible.
func (s *Sight) Snapshot() uint64 { return s.limit >> abortBits }

// Committed reports whether a version with this word is visible because it was
// committed in time: the first and common case of [Sight.Sees].
func (s *Sight) Committed(w Word) bool { return uint64(w)-1 < s.limit }

// Sees reports whether a version with this word is visible.
func (s *Sight) Sees(w Word) bool {
	owner, command := uint32(w>>32), uint32(w) //nolint:gosec // halves of a word
	return uint64(w)-1 < s.limit || owner == s.owner && command < s.command ||
		s.limit == dirty && owner > 1<<31 && owner != s.owner
}
