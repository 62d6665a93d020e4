"""One step of each method, from its paper and from what its code was read to do. Every function returns L_ce, L_usup, total.

FixMatch and UniMatch: LiheYoung/UniMatch 0324f3d, its hard pixels with them; thresholds that follow the run: BBBBchan/CorrMatch
44f9f9e, and FreeMatch's paper. CutMix-Seg: Britefury/cutmix-semisup-seg af6183a. CCT: yassouali/CCT
65d4e5b. Boxes come from the next image of the same batch; the channels of an earlier map are not dropped; cut-outs are
of the bounding box of a class.
"""
import math

import torch
import torch.nn.functional as F
from draws import box_masks, placed_box, spanning_box
from network import SHUFFLES, Network, resize

SIZE = 33


def supervised(logits, labels, hard=None):
    logits = resize(logits, labels.shape[1:])
    if hard is None:
        return F.cross_entropy(logits, labels, ignore_index=255)
    below, least = hard
    of_pixels, labels = logits.movedim(1, -1).flatten(0, -2), labels.flatten()
    of_pixels, labels = of_pixels[labels != 255], labels[labels != 255]
    p = of_pixels.detach().softmax(1).gather(1, labels[:, None])[:, 0]
    kept = (p < below) | (p <= p.sort().values[min(least, len(p)) - 1])
    return F.cross_entropy(of_pixels[kept], labels[kept])


def thresholds(state, p, options):
    """What each pixel's class must have, after what is followed was moved by `p` `[M, K, H, W]`."""
    def move(name, now):
        state[name] = 0.999 * state[name] + 0.001 * now
        return state[name]
    confidence, winner = p.max(1)
    if options.get('rule') == 'adaptive':
        best = [confidence[winner == c].max() for c in winner.unique()]
        return move('pseudo_labels.threshold', sum(best) / len(best))
    if options.get('rule') == 'by-class':
        sure = move('pseudo_labels.confidence', confidence.mean())
        classes = move('pseudo_labels.classes', p.mean((0, 2, 3)))
        return (classes / classes.max() * sure)[winner]
    return options['threshold']


def confident_loss(logits, target, sure):
    """Divided by all pixels, not by the sure ones."""
    loss = F.cross_entropy(resize(logits, target.shape[1:]), target, reduction='none')
    return (loss * sure).mean()


def strong_views(state, batch, numbers, options, views, feature_share):
    network = Network(state)
    n = len(batch['labeled'])
    features = network.encode(torch.cat([batch['labeled'], batch['plain']]))
    if feature_share:
        kept = numbers.tensor('dropped features', *features.shape[:2], 1, 1) >= options['dropout']
        logits = network.decode(torch.cat([features, features * kept / (1 - options['dropout'])]))
    else:
        logits = network.decode(features)
    m = len(features) - n
    ce = supervised(logits[:n], batch['labels'], options.get('hard'))
    p = resize(logits[n:n + m].detach(), (SIZE, SIZE)).softmax(1)
    target = p.argmax(1)
    sure = p.max(1).values >= thresholds(state, p, options)
    seen, targets = [], []
    for i, view in enumerate(views):
        mask = box_masks(numbers.stream('second donor boxes' if i else 'donor boxes'), m, options['area'], options['probability'], SIZE,
                         placed_box)
        seen.append(torch.where(mask == 1, batch[view].roll(-1, 0), batch[view]))
        targets.append([torch.where(mask[:, 0] == 1, x.roll(-1, 0), x) for x in (target, sure)])
    strong = network.decode(network.encode(torch.cat(seen))).split(m)
    losses = [confident_loss(one, *wanted) for one, wanted in zip(strong, targets)]
    usup = (1 - feature_share) * sum(losses) / len(losses)
    if feature_share:
        usup = usup + feature_share * confident_loss(logits[2 * n + m:], target, sure)
    return ce, usup, (ce + usup) / 2


def fixmatch(state, teacher, batch, numbers, options):
    return strong_views(state, batch, numbers, options, ['unlabeled'], 0)


def unimatch(state, teacher, batch, numbers, options):
    return strong_views(state, batch, numbers, options, ['unlabeled', 'second'], 0.5)


def cutmix_seg(state, teacher, batch, numbers, options):
    network = Network(state)
    ce = supervised(network.decode(network.encode(batch['labeled'])), batch['labels'])
    clean = Network(teacher, training=False)
    with torch.no_grad():
        wanted = resize(clean.decode(clean.encode(batch['plain'])), (SIZE, SIZE)).softmax(1)
    mask = box_masks(numbers.stream('donor boxes'), len(wanted), options['area'], 1, SIZE, spanning_box)
    image, wanted = (torch.where(mask == 1, x.roll(-1, 0), x) for x in (batch['unlabeled'], wanted))
    predicted = resize(network.decode(network.encode(image)), (SIZE, SIZE)).softmax(1)
    sure = (wanted.max(1).values >= options['threshold']).to(wanted.dtype).mean()
    usup = (((predicted - wanted) ** 2).sum(1) * sure).mean()
    return ce, usup, ce + usup


def adversarial(network, name, z, start, radius):
    """VAT's direction by a difference of ξ = 1e-6, which float64 resolves; of full length."""
    z = z.detach()
    with torch.no_grad():
        p = network.auxiliary(name, z).softmax(1)

    def unit(d):
        return d / d.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    d = unit(start).requires_grad_()
    moved = network.auxiliary(name, z + 1e-6 * d).log_softmax(1)
    gradient, = torch.autograd.grad(F.kl_div(moved, p, reduction='batchmean'), d)
    return radius * unit(gradient)


def cut_out(objects, places, erase):
    """1 but for a box in each class's bounding box. `objects` `[M, K − 1, h, w]`, `places` `[M, 2, K − 1]`."""
    mask = torch.ones_like(objects[:, :1], dtype=torch.float64)
    for i, classes in enumerate(objects):
        for c, present in enumerate(classes):
            inside = torch.ones_like(present)
            for axis in (0, 1):
                where = present.any(1 - axis).nonzero()[:, 0]
                if len(where) == 0:
                    inside[:] = False
                    continue
                first, extent = where[0].item(), (where[-1] + 1 - where[0]).item()
                start = first + places[i, axis, c].item() * extent * (1 - erase)
                centre = torch.arange(present.shape[axis], dtype=torch.float64) + 0.5
                cut = (centre >= start) & (centre < start + extent * erase)
                inside &= cut[:, None] if axis == 0 else cut[None]
            mask[i, 0][inside] = 0
    return mask


def perturbed(kind, name, network, z, logits, numbers, options):
    if kind == 'vat':
        n, c, h, w = z.shape
        start = numbers.tensor(name, n, h, w, c).permute(0, 3, 1, 2) - 0.5
        return z + adversarial(network, name, z, start.to(z.dtype), options['radius'])
    if kind == 'dropout':
        kept = numbers.tensor(name, *z.shape[:2], 1, 1) >= options['dropout']
        return z * kept / (1 - options['dropout'])
    if kind == 'featureDrop':
        low, high = options['keep']
        share = low + (high - low) * numbers.tensor(name, 1).item()
        activity = z.detach().mean(1, keepdim=True)
        return z * (activity < share * activity.amax((2, 3), keepdim=True))
    if kind == 'noise':
        n, c, h, w = z.shape
        noise = (2 * numbers.tensor(name, 1, h, w, c).permute(0, 3, 1, 2) - 1) * options['noise']
        return z + z * noise.to(z.dtype)
    winner = logits.argmax(1, keepdim=True)
    if kind == 'cutOut':
        classes = torch.arange(1, logits.shape[1]).view(1, -1, 1, 1)
        places = numbers.tensor(name, len(z), 2, logits.shape[1] - 1)
        return z * cut_out(winner == classes, places, options['erase']).to(z.dtype)
    return z * ((winner > 0) if kind == 'context' else (winner == 0))


def cct(state, teacher, batch, numbers, options):
    network = Network(state)
    ce = supervised(network.decode(network.encode(batch['labeled'])), batch['labels'])
    z = network.bottleneck(network.encode(batch['unlabeled']))
    logits = network.conv('decode_head.conv_seg', z).detach()
    size = [side * 2 ** SHUFFLES for side in z.shape[2:]]
    wanted = resize(logits, size).softmax(1)
    losses = []
    for name in options['decoders']:
        seen = perturbed(name.split('.')[1], name, network, z, logits, numbers, options)
        losses.append(F.mse_loss(network.auxiliary(name, seen).softmax(1), wanted))
    usup = sum(losses) / len(losses)
    ramp = math.exp(-5 * (1 - min(1, options['iteration'] / (options['ramp_up'] * options['iterations']))) ** 2)
    return ce, usup, ce + options['weight'] * ramp * usup
