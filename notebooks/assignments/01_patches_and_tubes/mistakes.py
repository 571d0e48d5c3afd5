"""Assignment 1: answers that are wrong in ways that are likely, and what to tell who gives them."""

from notebooks.assignments.build.exercises import Mistake

LOOPS = "for t in axes[0] for h in axes[1] for w in axes[2]"

MISTAKES = {
    "box_starts": [
        Mistake("the last box is left out", "Does a box fit that ends with the axis?",
                "length - kernel + 1", "length - kernel"),
        Mistake("boxes that stick out are counted", "All of a box must lie inside, not its start.",
                "length - kernel + 1", "length"),
        Mistake("the offset is ignored", "Where does the first box begin?", "range(offset,",
                "range(0,"),
        Mistake("the offset is taken off twice", "Starts are places on the axis, offset included.",
                "length - kernel + 1", "length - kernel - offset + 1"),
        Mistake("kernel in place of stride", "How far is it from one start to the next?",
                ", stride)", ", kernel)"),
        Mistake("ends instead of starts", "Where does a box begin, not end?",
                "return list(range(offset, length - kernel + 1, stride))",
                "return list(range(offset + kernel - 1, length, stride))"),
    ],
    "grid": [
        Mistake("the first box is not counted",
                "What is left after the first box holds the others; "
                "count the first, too.", " // s + 1", " // s"),
        Mistake("rounded up", "What is left of a stride holds no further box.",
                "(n - o - k) // s + 1", "-(-(n - o - k) // s) + 1"),
        Mistake("the kernel is ignored", "The last box needs room for all of its kernel.",
                "(n - o - k) // s + 1", "(n - o) // s"),
        Mistake("the offset is ignored", "The first box begins at the offset.", "(n - o - k)",
                "(n - k)"),
        Mistake("counts below 0", "How many boxes are there where the kernel does not fit?",
                "max(0, (n - o - k) // s + 1)", "(n - o - k) // s + 1"),
        Mistake("the order w, h, t", "Triples are in the order t, h, w, going in and coming out.",
                "zip(shape, kernel, stride, offset))", "zip(shape, kernel, stride, offset))[::-1]"),
    ],
    "patches": [
        Mistake("reshape without transpose", "Rows of pixels are longer than patches: which axes "
                "must change places before the last reshape?", ".transpose(0, 2, 1, 3, 4)", ""),
        Mistake("patches column by column", "The next patch is the one to the right.",
                "transpose(0, 2, 1, 3, 4)", "transpose(2, 0, 1, 3, 4)"),
        Mistake("columns before rows inside a patch", "Inside a patch rows come first, as in the "
                "image.", "transpose(0, 2, 1, 3, 4)", "transpose(0, 2, 3, 1, 4)"),
        Mistake("colors first inside a patch", "The colors of a pixel stay together.",
                "transpose(0, 2, 1, 3, 4)", "transpose(0, 2, 4, 1, 3)"),
        Mistake("patches not flattened", "Each patch is one row of numbers.",
                ".reshape(-1, size * size * colors)", ".reshape(-1, size, size, colors)"),
    ],
    "unpatch": [
        Mistake("reshape without transpose", "A row of pixels goes through several patches.",
                ".transpose(0, 2, 1, 3, 4)", ""),
        Mistake("height and width exchanged", "How many patches lie side by side?",
                "height // size, width // size", "width // size, height // size"),
        Mistake("patches column by column", "The second patch lies to the right of the first.",
                "rows.reshape(height // size, width // size, size, size, -1)",
                "rows.reshape(width // size, height // size, size, size, -1).swapaxes(0, 1)"),
        Mistake("columns before rows inside a patch", "Inside a patch rows come first, as in 1.3.",
                "transpose(0, 2, 1, 3, 4)", "transpose(0, 3, 1, 2, 4)"),
    ],
    "tube_windows": [
        Mistake("time fastest", "Which loop runs fastest? Columns should.", LOOPS,
                "for w in axes[2] for h in axes[1] for t in axes[0]"),
        Mistake("rows and columns exchanged", "Order: time slowest, then rows, columns fastest.",
                LOOPS, "for t in axes[0] for w in axes[2] for h in axes[1]"),
        Mistake("strides ignored", "The next box begins a stride further on.",
                "zip(video.shape[:3], kernel, stride, offset)",
                "zip(video.shape[:3], kernel, (1, 1, 1), offset)"),
        Mistake("offsets ignored", "The first box begins at the offset, on each axis.",
                "zip(video.shape[:3], kernel, stride, offset)",
                "zip(video.shape[:3], kernel, stride, (0, 0, 0))"),
        Mistake("offsets in the order w, h, t",
                "Offsets are in the order t, h, w, like all triples.",
                "zip(video.shape[:3], kernel, stride, offset)",
                "zip(video.shape[:3], kernel, stride, offset[::-1])"),
        Mistake("colors first inside a box", "The colors of a voxel stay together.",
                "w:w + kw].reshape(-1)", "w:w + kw].transpose(3, 0, 1, 2).reshape(-1)"),
        Mistake("no second axis where no box fits", "An array without rows still knows how long a "
                "row would be.", ".reshape(len(boxes), kt * kh * kw * video.shape[3])", ""),
        Mistake("always float", "Rows have the dtype of the video.", "np.array(boxes, video.dtype)",
                "np.array(boxes, np.float32)"),
    ],
    "tube_tokens": [
        Mistake("the bias is left out", "What is added to each sum of products?", " + b", ""),
        Mistake("the bias of pattern 0 for all", "Each pattern has a bias of its own.", " + b",
                " + b[0]"),
        Mistake("a flipped kernel", "No flip: the first voxel of a box meets the first of the "
                "kernel.", "w.reshape(", "w[::-1, ::-1, ::-1].reshape("),
        Mistake("kernel axes in the order h, w, t",
                "Numbers of a row and of the kernel must come in "
                "the same order.", "w.reshape(", "w.transpose(1, 2, 0, 3, 4).reshape("),
        Mistake("the kernel reshaped the wrong way round",
                "A pattern is w[..., d]; where does d end "
                "up when you reshape?", "w.reshape(-1, w.shape[-1])",
                "w.reshape(w.shape[-1], -1).T"),
        Mistake("means instead of sums", "A sum of products is not divided by their number.",
                "rows @", "rows / rows.shape[1] @"),
    ],
    "share_read": [
        Mistake("what boxes share is counted twice", "A voxel in two boxes is still one voxel.",
                "    return float(read.mean())",
                ("    return float(sum(np.prod(k) * np.prod([len(box_starts(*each)) for each in "
                 "zip(shape, k, s, o)])\n                     for k, s, o in tubes) / read.size)")),
        Mistake("only the last tube", "Begin with nothing read once, before the first tube.",
                "        kt, kh", "        read[:] = False\n        kt, kh"),
        Mistake("only the first tube", "Where does your function return?",
                "    return float(read.mean())", "        break\n    return float(read.mean())"),
        Mistake("only where boxes begin", "A box covers more than its first voxel.",
                "read[t:t + kt, h:h + kh, w:w + kw]", "read[t, h, w]"),
        Mistake("the share that is not read", "Which voxels count?", "read.mean()",
                "1 - read.mean()"),
        Mistake("a number of voxels", "A share lies between 0 and 1.", "read.mean()", "read.sum()"),
    ],
}
