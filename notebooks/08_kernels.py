# %% [markdown]
# # 8. What the kernels learned
#
# The kernel of a tube has the shape of a small video, so we can draw it. The kernels of the demo
# model began as noise. The training data were clips and their classes. Nobody gave the model edges
# or told it to detect motion. But the optimizer prefers smooth kernels: in each step, it weakens
# fast waves more than slow ones. This lesson shows what the kernels became. It also guards against
# wrong conclusions: we compare the learned kernels with the kernels before training and with
# kernels that look similar by chance. Each new term is in bold and in the [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.data.batch import PARAMETERS

lesson.overview("kernels")

# %%
params, cfg, notes = lesson.model()
begun = tv.init(cfg, np.random.default_rng([0, PARAMETERS]))  # before its training
learned, noise = ([tree["tubes"][str(i)]["w"] for i in range(4)] for tree in (params, begun))
lesson.shapes(**{tube.name: w for tube, w in zip(cfg.tubes, learned, strict=True)})

# %% [markdown]
# Each array is `(kt, kh, kw, C, D)`: $D = 96$ kernels of `kt` frames of `kh` by `kw` pixels with
# $C = 3$ colors.
#
# ## A kernel as a picture
#
# Each kernel computes one channel of the token. Where a kernel is positive, bright pixels increase
# the value of this channel. Where it is negative, they decrease it. Where it is zero, they have no
# effect. So we draw zero as mid gray, 0.5, and the largest absolute value of the kernel as black or
# white. Each kernel $k$ has *one* scale for all its frames and colors:
#
# $$\text{picture} = 0.5 + \frac{k}{2 \max \lvert k \rvert}$$
#
# A separate scale for each frame or each color would create flicker and colors that the kernel does
# not have.

# %%
w, pictures = learned[0], []
for d in range(cfg.dim):
    kernel = w[..., d]  # (kt, kh, kw, C)
    pictures.append(0.5 + kernel / (2 * np.abs(kernel).max()))

# %%
from tubevit_np.plots.analysis.pixels import kernel_rgb

pictures = np.array(pictures)
assert np.allclose(pictures, kernel_rgb(w))
lesson.shapes(kernel=kernel, pictures=pictures)

# %% [markdown]
# Here are all 96 patch kernels, before and after training. They are sorted by their **norm**, the
# square root of the sum of squares.

# %%
from tubevit_np.plots.analysis import pixels
from tubevit_np.plots.kernel_plots.grid import draw_beside

figure = draw_beside({
    f"{when}: norms up to {pixels.norms(kernels).max():.2g}": pixels.patches(kernels, 640, 420)
    for when, kernels in (("before", noise[0]), ("learned", learned[0]))})
lesson.show(figure, "All 96 patch kernels, sorted by norm. Left: before training, colored noise. "
                    "Right: after training, edges, bars and spots, mostly in gray.")

# %% [markdown]
# The learned kernels show edges, bars, spots and spots with a ring, in all directions. Most are
# gray, some have colors. They fit the data: in pictures of dead leaves, borders of leaves and
# textures (stripes, checks and zigzag) have all directions, too. Networks that learn from
# photographs have similar kernels.
#
# ## Where the smoothness comes from
#
# The learned kernels are smooth for two reasons. Neighboring pixels of a clip are similar, so the
# gradient of a kernel consists mostly of slow waves. And the optimizer adds **smoothness**, an
# extra decay: each step divides every wave of a kernel by $1 + \eta s r$. Here $\eta$ is the
# learning rate of the kernel, $s$ is the strength (`train --smoothness`), and $r$ is the sum of the
# squared frequencies of the wave. Slow waves have a small $r$. They hardly decay. We apply this
# decay alone, without any gradient, to the kernels before training.

# %%
import json

from tubevit_np.training.cosine_basis import kernel_rates, smooth

recipe = json.loads((lesson.TOP / "figures/demo/config.json").read_text(encoding="utf-8"))["recipe"]
rate = recipe["lr"] * kernel_rates({"w": noise[0]})["w"]  # the highest in training
decayed, kernels = {"noise": noise[0]}, noise[0]
for step in range(1, 41):
    kernels = smooth(kernels, rate * recipe["smoothness"])
    if step in (5, 40):
        decayed[f"after {step} steps"] = kernels
print(f"smoothness {recipe['smoothness']:g}, learning rate of these kernels {rate:.3f}")

# %%
figure = draw_beside({f"{when}: norms up to {pixels.norms(some).max():.2g}":
                      pixels.patches(some[..., :28], 400, 240) for when, some in decayed.items()})
lesson.show(figure, "28 patch kernels of noise, which only decay. After 5 steps, soft spots of "
                    "color are left. After 40 steps, only colors that change slowly are left.")

# %% [markdown]
# The training of the demo model has 1600 steps. So hardly anything is left of the noise: all that
# we see in the learned kernels was built up by the gradient of the loss, against the decay. The
# gradient decides *which* edges, bars and spots the kernels show, and the decay keeps fine detail
# out of them. `train --smoothness 0` switches the decay off. Then the patch kernels still show
# edges, bars and spots, but the kernels of the other tubes are much noisier. The table "Kernel
# scores" in `figures/README.md` compares both trainings.
#
# ## Principal components of 96 kernels
#
# Many kernels look alike. How many different ones are there? **Principal components** answer this.
# Each kernel is a vector of $8 \cdot 8 \cdot 3 = 192$ numbers. The first component is the direction
# along which the 96 vectors differ most. The second is at right angles to the first. Of all such
# directions, it is the one along which the vectors differ most, and so on. The **singular value
# decomposition** of the matrix of kernels gives all components, and for each its fraction of the
# total variance.

# %%
rows = w[0].reshape(192, 96).T.astype(float)  # a kernel in each row
rows -= rows.mean(0)
_, sizes, directions = np.linalg.svd(rows, full_matrices=False)
shares = sizes**2 / (sizes**2).sum()
lesson.shapes(rows=rows, directions=directions[:28])
kernels, fractions = pixels.components(w)
assert np.allclose(fractions, shares[:28])
assert np.allclose(abs(np.sum(kernels.reshape(192, 28).T * directions[:28], 1)), 1)

# %%
main = {"before": pixels.components(noise[0]), "learned": pixels.components(learned[0])}
figure = draw_beside({
    f"{when}: {fractions.sum():.0%} of the variance": pixels.parts(components, 500)
    for when, (components, fractions) in main.items()})
lesson.show(figure, "The first 28 principal components. Left: of noise, all alike. Right: of the "
                    "learned kernels, first edges, bars and spots in gray, then slow waves in "
                    "color.")

# %%
figure, ax = lesson.axes(900, 380)
for when, (_, fractions) in main.items():
    ax.plot(np.arange(1, 29), fractions, "o-", markersize=3, label=when)
ax.set(xlabel="component", ylabel="fraction of the variance", ylim=(0, None))
ax.legend(frameon=False)
lesson.show(figure, "Fraction of the variance for each component: nearly level for noise, steep "
                    "for the learned kernels.")

# %% [markdown]
# In noise, every direction holds about the same fraction. The learned kernels differ along few
# directions, and these are ordered: edges, bars and spots in gray first, then slow waves in color.
# (The sign of a component is arbitrary: black and white can be exchanged.)
#
# ## Kernels with several frames: film strips
#
# A kernel of 8×8×8 is a film of eight frames. The next picture shows the eight kernels with the
# largest norm.

# %%
lesson.show(draw_beside({"before": pixels.strips(noise[1], 8, scale=9),
                         "learned": pixels.strips(learned[1], 8, scale=9)}),
            "Eight kernels as films, one in each row, with time to the right. Left: before "
            "training, noise. Right: after training, bright and dark areas that change from frame "
            "to frame.")

# %% [markdown]
# Every kernel changes from frame to frame. In some, an area stays in place and turns from dark to
# bright: such a kernel responds when something appears, disappears or flickers. In others, the edge
# of an area travels: such a kernel responds to motion in this direction. The kernels are mostly
# gray. So the model seems to detect motion mainly from brightness, not from color.
#
# ## A slice through space and time
#
# Lesson 1 drew one row of pixels over time and showed motion as a slope. The same works for a
# kernel. From the kernels that respond to sideways motion we take the one with the clearest
# direction. (The measures for this follow below.) We average it over rows and colors, so that one
# value for each column and frame remains.

# %%
from tubevit_np.plots.analysis.gabor_fit import gabor_fit
from tubevit_np.plots.analysis.spectrum import direction_selectivity, peaks, tuning

to = np.radians(tuning(peaks(learned[1]), 8)["direction"])
clear = direction_selectivity(learned[1]) * gabor_fit(learned[1])[0]
kernel = learned[1][..., np.argmax(clear * (np.abs(np.cos(to)) > 0.9))]  # (8, 8, 8, 3)
course = kernel.mean((1, 3))  # (frames, columns)
lesson.shapes(kernel=kernel, course=course)

# %%
from tubevit_np.plots.kernel_plots.grid import show
from tubevit_np.plots.lesson_plots.arrays import draw_matrix

figure, axes = lesson.axes(1400, 320, columns=2, widths=(4, 1))
show(axes[0], pixels.strips(kernel[..., None], 1, scale=16))
draw_matrix(axes[1], course.T, rows="columns", columns="time (frames)")
lesson.show(figure, "Left: the eight frames of a kernel. Right: its columns over time. The edge "
                    "between dark (blue) and bright (red) is slanted, so it moves.")

# %% [markdown]
# ## How fast? The spectrum shows the speed
#
# Every array is a sum of waves. The **Fourier transform** gives the strength of each wave, and the
# squared strengths are the **spectrum** (or power). A wave in space and time has a frequency on
# each axis: $f_t$ in cycles per frame and $f_w$ in cycles per pixel. A wave that moves to the right
# by $v$ pixels per frame is $\cos(2 \pi f_w (x - v t))$. The factor of $t$ is its frequency in
# time:
#
# $$f_t = -v f_w$$
#
# The sign of $v$ shows the direction: positive to the right, negative to the left. All waves of one
# moving object have the same $v$, so they lie on one line through zero: *the slope of the line
# gives the speed*. (Adelson and Bergen described in 1985 how eyes can measure motion in this way.)
#
# We first try it on a grating that moves to the right by half a pixel per frame.

# %%
def spectrum(course):
    """Power of (frames, columns), padded with zeros, zero frequency in the middle."""
    return np.fft.fftshift(np.abs(np.fft.fft2(course, (64, 64))) ** 2)


def speed(power):
    at = np.unravel_index(power[:, 33:].argmax(), (64, 31))  # fw above zero
    return -(at[0] - 32) / (at[1] + 1)  # -ft / fw



# %%
t, x = np.mgrid[:8, :8]
grating = np.cos(2 * np.pi * 0.25 * (x - 0.5 * t))  # (frames, columns)
print(f"the grating moves {speed(spectrum(grating)):.2f} pixels per frame")

# %% [markdown]
# The measured speed is half a pixel, which is correct. Next we compare the grating with the kernel
# from above.

# %%
figure, axes = lesson.axes(1200, 480, columns=2)
for ax, (name, which) in zip(axes, {"the grating": grating, "the kernel": course}.items()):
    power = spectrum(which)
    ax.imshow(power, cmap="Greys", origin="lower", extent=(-0.5, 0.5, -0.5, 0.5))
    ax.axline((0, 0), slope=-speed(power), color="#D55E00", linewidth=1)
    ax.set(title=f"{name}: {speed(power):.1f} pixels per frame",
           xlabel="fw, cycles per pixel", ylabel="ft, cycles per frame")
lesson.show(figure, "Power over frequencies in space and time. Both spectra have two dark spots "
                    "on a slanted line through zero, so the grating and the kernel both move. "
                    "The orange line shows the measured speed.")

# %% [markdown]
# In the clips, a pan moves the picture by 0.5 to 2 pixels per frame. This kernel responds best to a
# speed a little below. A kernel that only flickers has the same power for motion
# to the left and to the right. A kernel that does not change has its power on the horizontal axis.
# The dark spots have a width, because eight frames and eight columns are too few to tell nearby
# frequencies apart. Lines from zero to the edges of a spot have different slopes. So the kernel
# responds to a range of speeds.
#
# ## Is it more than chance?
#
# People see faces in clouds. So we need a number, and the value of this number for chance. Our
# number is the fraction of the kernel's energy that *one* drifting grating in a soft window can
# explain. A drifting grating in a soft window is a **Gabor** function. A perfect Gabor function
# scores 1, and white noise scores close to 0.
#
# But noise is too weak a comparison, because any *smooth* noise looks a little like a grating. A
# fair comparison is a kernel of the same waves with the same strengths, but with random phases (the
# phase is the place of the crests of a wave). We call such kernels chance.

# %%
from tubevit_np.plots.analysis.null_models import random_phases

rng = np.random.default_rng(8)
scores = {}
for i, tube in enumerate(cfg.tubes):
    chance = random_phases(learned[i], rng)
    scores[tube.name] = [gabor_fit(kernels)[0] for kernels in (noise[i], chance, learned[i])]

# %%
figure, axes = lesson.axes(1400, 420, columns=4)
shades = {"before": "#c9c9c9", "chance": "#E69F00", "learned": "#0072B2"}
for ax, (name, values) in zip(axes, scores.items(), strict=True):
    for (label, shade), shares in zip(shades.items(), values, strict=True):
        ax.hist(shares, np.linspace(0, 1, 26), color=shade, alpha=0.75, label=label)
    ax.set(title=name, xlabel="Gabor score", ylim=(0, 60))
axes[0].set_ylabel("kernels")
axes[0].legend(frameon=False)
lesson.show(figure, "Scores of the kernels before training, of chance, and of the learned "
                    "kernels. Noise is near zero and chance in the middle. The learned kernels "
                    "are further right, most clearly for 8x8x8.")

# %%
print(f"{'tube':10}{'before':>10}{'chance':>10}{'learned':>10}   (medians)")
for name, values in scores.items():
    print(f"{name:10}" + "".join(f"{np.median(shares):10.2f}" for shares in values))

# %% [markdown]
# In all tubes, the learned kernels are closer to a drifting grating than chance, most clearly in
# 8×8×8. In the other tubes the difference is small. Chance scores much higher than noise, because
# the chance kernels are as smooth as the learned kernels. So a score means little without the value
# for chance.
#
# The extra decay raises all scores. The same training without it gives 0.24 for 8×8×8, where chance
# is 0.17, and 0.46 for the patches, where chance is 0.34. So the gradient alone builds kernels that
# are closer to a grating than chance. The decay makes them smooth enough to see it. This has a
# price: with it, verb and noun are both correct for 88.9 percent of the held-out clips, without it
# for 93.8 percent.
#
# ## In which direction?
#
# Each kernel has a direction: that of its strongest wave. Its **direction selectivity** compares
# the power $P$ of motion in one direction with the power $P'$ in the opposite direction:
#
# $$\frac{P - P'}{P + P'}$$
#
# We take the direction for which this value is largest. The value is 1 for motion in one direction
# only, and 0 for flicker or no change. In the next picture each point is one kernel of a tube. The
# angle is its direction, the distance from the center is its direction selectivity.

# %%
from tubevit_np.plots.analysis.null_models import random_directions
from tubevit_np.plots.style import color, page, place

figure = page(1300, 620)
for k, i in enumerate((1, 2)):
    ax = place(figure, 110 + 620 * k, 90, 460, 460, projection="polar")
    for kernels, shade in (random_directions(learned[i], rng), "#c9c9c9"), (learned[i], color(i)):
        to = np.radians(tuning(peaks(kernels), len(kernels))["direction"])
        ax.scatter(to, direction_selectivity(kernels), s=14, color=shade)
    ax.set(title=cfg.tubes[i].name, ylim=(0, 1), yticks=[0.5, 1])
lesson.show(figure, "Directions of the kernels of two tubes, in color. Gray: chance, here kernels "
                    "of the same waves, each moving forward or backward at random. The "
                    "8x8x8 kernels point in all directions, and most are further from the center "
                    "than chance. The 16x4x4 kernels are near the center.")

# %% [markdown]
# Most 8×8×8 kernels have a higher direction selectivity than chance. The camera pans left, right,
# up and down, but kernels exist for all directions. A kernel sees the motion of an edge only across
# this edge, and the edges of the leaves have random angles. Also, a zoom or a turn moves the parts
# of a picture in all directions. So the model needs kernels for all directions. The largest value
# is about 0.5: every kernel also responds to the opposite direction. The encoder can compare
# several kernels. The 16×4×4 kernels hardly distinguish directions (exercise 1).
#
# The [next lesson](09_images_and_videos.ipynb) tests what these kernels are used for.
#
# ## Exercises
#
# 1. Draw the films of the 16×4×4 kernels, `pixels.strips(learned[2], 8, scale=10)`. What travels,
#    and what changes in place?
# 2. Make a kernel in which all frames are the same picture, and one whose picture is multiplied by
#    `cos(t)`. Where does the power of each lie in the plane of $f_w$ and $f_t$? What is
#    `direction_selectivity` of each?
# 3. Scale each *frame* of a noise kernel separately and look at the film. What does it show that is
#    not there?
#
# <details><summary>Answers</summary>
#
# 1. Almost nothing travels. In most of these kernels, all 4×4 pixels have about the same color, and
#    this color changes slowly. Such a kernel responds when the color of a small spot changes.
# 2. The first has its power on the horizontal axis, $f_t = 0$, because it does not change. The
#    second has equal power at $f_t = 1 / (2 \pi)$ and $f_t = -1 / (2 \pi)$ cycles per frame. A wave
#    to the right plus a wave to the left flicker in place. Both kernels have direction selectivity
#    0.
# 3. All frames have the same contrast, so the kernel seems equally strong in every frame, even
#    where it is almost zero. With one common scale we see when it begins and ends.
#
# </details>
