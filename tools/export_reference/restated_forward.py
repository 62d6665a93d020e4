"""One forward pass of the restated method; every tensor worth comparing is kept by name.

The order of the lines is the order in which tensors pass the norms (README.md).
"""
import torch
import restatement as rs
from restated_model import aspp_branches, decode, decode_mixed


class Batch:
    """Labeled images and label maps, unlabeled images."""

    def __init__(self, img, gt, unsup):
        self.img, self.label, self.unsup = img, gt[:, 0], unsup


def encode(model, batch, recipe, mid):
    """Encoder over labeled and unlabeled together, ASPP and labeled decoder over each."""
    stages = model.backbone(torch.cat([batch.img, batch.unsup]))
    mid.update({f'feat_layer{i + 1}': f for i, f in enumerate(stages)})
    for side, features in (('l', stages[3][:len(batch.img)]), ('u', stages[3][len(batch.img):])):
        mid[f'feat_{side}'] = features
        mid[f'aspp_concat_{side}'] = aspp_branches(model, features)
        mid[f'M_{side}'] = decode(model, mid[f'aspp_concat_{side}'])
        mid[f'pooled_{side}'] = rs.pooled(features)
    for _ in range(recipe['image_pool_updates'] - 1):  # for the running statistics only
        with torch.no_grad():
            model.decode_head.image_pool(mid['feat_l'])
            model.decode_head.image_pool(mid['feat_u'])


def pair(recipe, mid):
    """Which labeled image is mixed with which unlabeled one."""
    pooled_l, pooled_u = mid['pooled_l'].detach(), mid['pooled_u'].detach()
    pairs, labeled, unlabeled = rs.pair_lists(
        pooled_l, pooled_u, recipe['pair_select'], recipe['pair_direction'])
    mid.update(pairs=pairs, pair_l=labeled, pair_u=unlabeled)
    if recipe['pair_select'] == 'nearest':
        mid['distances'] = rs.distances(pooled_u, pooled_l) if recipe['pair_direction'] == 'unlabeled' \
            else rs.distances(pooled_l, pooled_u)


def mixed_branches(model, images, branches, lam, recipe, mid, prefix):
    """ASPP branches of a mixture: mixed themselves, or of mixed images sent through encoder and ASPP."""
    if recipe['mix_at'] == 'features':
        return rs.mix(*branches, lam)
    mid[prefix + 'mixed_img'] = rs.mix(*images, lam)
    mid[prefix + 'mix_feat_layer4'] = model.backbone(mid[prefix + 'mixed_img'])[3]
    return aspp_branches(model, mid[prefix + 'mix_feat_layer4'])


def guided(model, batch, lam, recipe, mid):
    """L_usup: mix each pair, decode, decouple, compare."""
    labeled, unlabeled = mid['pair_l'], mid['pair_u']
    mid['mixed'] = mixed_branches(
        model, (batch.img[labeled], batch.unsup[unlabeled]),
        (mid['aspp_concat_l'][labeled], mid['aspp_concat_u'][unlabeled]), lam, recipe, mid, '')
    mid['mix_head_in'], mid['M_mix'] = decode_mixed(model, mid['mixed'])
    mid['M_u_dec'] = rs.decouple(
        mid['M_mix'], mid['M_l'][labeled], lam, recipe['decouple_mode'],
        recipe['decouple_space'], recipe['decouple_normalize'])
    loss, mid['unsup_pred'], mid['unsup_target'] = rs.consistency(
        mid['M_u_dec'], mid['M_u'][unlabeled], recipe)
    return loss


def labeled_mix(model, batch, lam, recipe, mid):
    """L_dec: mix labeled images with each other, decode, decouple, compare."""
    perm = mid['dec_perm'] = torch.randperm(len(batch.img))
    concat = mid['aspp_concat_l']
    mid['dec_mixed'] = mixed_branches(
        model, (batch.img, batch.img[perm]), (concat, concat[perm]), lam, recipe, mid, 'dec_')
    mid['dec_mix_head_in'], mid['M_ll'] = decode_mixed(model, mid['dec_mixed'])
    loss, mid['M_ll_dec'], mid['dec_target'] = rs.labeled_mix_loss(
        mid['M_ll'], mid['M_l'], batch.label, perm, lam, recipe)
    return loss


def classify(model, batch, mid):
    """L_cla: image-level classes from the labeled images' pooled features."""
    mid['cla_logits'] = model.classifier(mid['pooled_l'])
    mid['cla_target'] = rs.classes_present(batch.label, model.num_classes)
    return rs.classification_loss(mid['cla_logits'], mid['cla_target'])


def objective(model, batch, recipe, iteration):
    """(losses by name, intermediates by name, draws by name) of one step, with the random state as it is."""
    mid, losses = {}, {}
    lam = rs.draw_lambda(recipe['lambda_limit'])
    weight = rs.ramp_up(iteration, recipe['ramp_up_iterations'])
    encode(model, batch, recipe, mid)
    losses['loss_ce'], mid['M_l_resized'] = rs.cross_entropy(mid['M_l'], batch.label)
    total = losses['loss_ce']
    if recipe['classifier']:
        losses['loss_cla'] = classify(model, batch, mid)
        total = total + recipe['cla_weight'] * losses['loss_cla']
    pair(recipe, mid)
    losses['loss_unlabeled'] = guided(model, batch, lam, recipe, mid)
    if recipe['dec']:
        losses['loss_dec'] = labeled_mix(model, batch, lam, recipe, mid)
        total = total + recipe['dec_weight'] * losses['loss_dec']
    losses['loss_total'] = total + recipe['unsup_weight'] * weight * losses['loss_unlabeled']
    draws = {k: mid.pop(k) for k in ('pairs', 'pair_l', 'pair_u', 'dec_perm') if k in mid}
    draws.update(lam=torch.tensor([lam], dtype=torch.float64),
                 rampup=torch.tensor([weight], dtype=torch.float64))
    return losses, mid, draws
