package search

// A queue returns the least of its items first: a binary heap.
type queue[T any] struct {
	items []T
	less  func(a, b *T) bool
}

func (q *queue[T]) push(item T) {
	q.items = append(q.items, item)
	at := len(q.items) - 1
	for at > 0 {
		above := (at - 1) / 2
		if !q.less(&q.items[at], &q.items[above]) {
			return
		}
		q.items[at], q.items[above] = q.items[above], q.items[at]
		at = above
	}
}

// pop takes out the least item; there must be one.
func (q *queue[T]) pop() T {
	least, last := q.items[0], len(q.items)-1
	q.items[0] = q.items[last]
	clear(q.items[last:])
	q.items = q.items[:last]
	for at := 0; ; {
		below := 2*at + 1
		if below >= last {
			return least
		}
		if right := below + 1; right < last && q.less(&q.items[right], &q.items[below]) {
			below = right
		}
		if !q.less(&q.items[below], &q.items[at]) {
			return least
		}
		q.items[at], q.items[below] = q.items[below], q.items[at]
		at = below
	}
}
